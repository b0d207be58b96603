// Outlives the test run and clears up behind it, however it ends: every process and folder that it was told of on its
// standard input, which ends when the run does. Lines: `stop <signal> <pid>` (a group where negative), `clear <folder>`.
import fs from 'node:fs';
import readline from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 20;
const PATIENCE_MS = 10_000;
/** What is still being written to while it is removed takes more than one try. */
const REMOVE_RETRIES = 10;

const processes = [];
const folders = [];
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
for await (const line of readline.createInterface({ input: process.stdin })) {
  const [what, ...rest] = line.split(' ');
  if (what === 'stop') processes.unshift({ signal: rest[0], pid: Number(rest[1]) });
  else folders.push(rest.join(' '));
}

for (const { pid, signal } of processes) send(pid, signal);
const deadline = performance.now() + PATIENCE_MS;
while (processes.some(({ pid }) => send(pid, 0)) && performance.now() < deadline) await pause(POLL_MS);
for (const { pid } of processes) send(pid, 'SIGKILL');
for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true, maxRetries: REMOVE_RETRIES });

function send(pid, signal) {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
