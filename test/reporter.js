/** Counts tests, and hands the counts to test/run.ts, which prints them last of all. Without it, prints them itself. */
module.exports = class Counts {
  onRunComplete(_contexts, results) {
    const counts = {
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.testResults.filter(failedWithoutTests).length,
      skipped: results.numPendingTests + results.numTodoTests,
      skippedNames: results.testResults.flatMap((suite) => suite.testResults.filter(wasSkipped).map(nameOf)),
    };
    if (process.send) process.send(counts);
    else process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  }
};

/** A suite that could not be loaded, or failed outside its tests, is one failure. */
const failedWithoutTests = (suite) =>
  suite.numFailingTests === 0 && Boolean(suite.testExecError ?? suite.failureMessage);

const wasSkipped = (test) => ['pending', 'todo', 'skipped', 'disabled'].includes(test.status);

const nameOf = (test) => test.fullName;
