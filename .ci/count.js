/**
 * Prints `N passed, N failed[, N skipped]` from the JSON report of a vitest run, and exits 1 when anything failed.
 * A test file that could not be loaded holds no tests; it counts as one failure. So do a missing report and an empty run.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';

function count(path) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const passed = report.numPassedTests;
  const failed = report.numFailedTests + unloaded;
  const nothingRan = passed + failed === 0;
  // An error outside every test (an unhandled rejection, a crashed worker) shows only in `success`.
  const unseen = nothingRan || (!report.success && failed === 0);
  return { passed, failed: failed + (unseen ? 1 : 0), skipped: report.numPendingTests + report.numTodoTests };
}

const { passed, failed, skipped } = count(process.argv[2]);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
