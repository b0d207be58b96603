const { default: Sequencer } = require('@jest/test-sequencer');

/** The slowest kinds of suite, slowest first. */
const slowFolders = ['/test/end-to-end/', '/test/api/', '/test/workflows/'];

const rank = (test) => {
  const index = slowFolders.findIndex((folder) => test.path.replaceAll('\\', '/').includes(folder));
  return index === -1 ? slowFolders.length : index;
};

/**
 * Starts the long suites first, so that no worker is left alone with one at the end. Within a rank the order is
 * Jest's own: failed before passed, slow before fast, as far as it remembers them.
 */
module.exports = class SlowFirst extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((one, other) => rank(one) - rank(other));
  }
};
