const { TestEnvironment } = require('jest-environment-node');

const errors = ['Error', 'TypeError', 'RangeError', 'SyntaxError', 'AggregateError'];

/**
 * Jest gives every suite its own globals, so that an error raised by Node itself (a missing file, a refused connection)
 * is no `instanceof Error` there, though it is one in production. Here it is one as well.
 */
module.exports = class OneKindOfError extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of errors) acceptNodesOwn(this.global[name], globalThis[name]);
  }
};

function acceptNodesOwn(suiteError, nodeError) {
  const usual = Function.prototype[Symbol.hasInstance];
  Object.defineProperty(suiteError, Symbol.hasInstance, {
    value(error) {
      return usual.call(this, error) || (this === suiteError && usual.call(nodeError, error));
    },
  });
}
