/**
 * Prints `N passed, N failed[, N skipped]` from the JSON report and the exit status of a vitest run; exits 1 when
 * anything failed. A test file that could not be loaded holds no tests; it counts as one failure. So do a missing
 * report, an empty run, and an error outside every test, which shows only in the status.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';

function count(path, status) {
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
  const unseen = failed === 0 && (passed === 0 || status !== 0);
  return { passed, failed: failed + (unseen ? 1 : 0), skipped: report.numPendingTests + report.numTodoTests };
}

const { passed, failed, skipped } = count(process.argv[2], Number(process.argv[3]));
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
