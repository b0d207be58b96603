/** Longest time for one test or hook: it ends what hangs, and says nothing about speed, which is measured by the benchmarks. */
const TEST_TIMEOUT_MS = 600_000;

/** Packages that ship ECMAScript modules only, which Jest must turn into CommonJS. */
const esmOnly = [
  'node-pg-migrate',
  'glob',
  'minimatch',
  'path-scurry',
  'lru-cache',
  'minipass',
  'brace-expansion',
  'dinero.js',
];

/** Run through `npm test`, which starts the databases and servers the suites use: see test/run.ts. */
module.exports = {
  rootDir: __dirname,
  testEnvironment: '<rootDir>/test/environment.js',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testTimeout: TEST_TIMEOUT_MS,
  transform: {
    '^.+\\.[cm]?[jt]s$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs', ignoreDynamic: false },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
  modulePathIgnorePatterns: ['<rootDir>/(dist|\\.data|\\.cache)/'],
  testSequencer: '<rootDir>/test/sequencer.js',
  reporters: ['default', '<rootDir>/test/reporter.js'],
};
