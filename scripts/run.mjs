// Runs one of the project's TypeScript files: node scripts/run.mjs <entry.ts> [arguments]
// Works in a fresh clone: what is missing is installed first. Uses nothing but Node itself.
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = [20, 19];
const PROGRESS_EVERY_MS = 5_000;
const LOCK_HEARTBEAT_MS = 1_000;
/** A lock whose owner lives but has shown no heartbeat for this long is taken over. */
const LOCK_SILENCE_LIMIT_MS = 15_000;
const LOCK_POLL_MS = 300;

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const lockfile = path.join(root, 'package-lock.json');
const modules = path.join(root, 'node_modules');
const stampFile = path.join(modules, '.boxoffice-lock-hash');

const say = (line) => process.stderr.write(`${line}\n`);

function stopWith(...lines) {
  for (const line of lines) say(`boxoffice: ${line}`);
  process.exit(1);
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  stopWith(
    `Node ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}. See https://nodejs.org`,
  );
}

/** What node_modules must have been made from: this lockfile, on this platform. */
function wantedStamp() {
  const hash = createHash('sha256').update(fs.readFileSync(lockfile)).digest('hex');
  return `${hash} ${process.platform}-${process.arch}\n`;
}

/**
 * Whether npm's own record of what it installed agrees with the lockfile, so that dependencies which somebody
 * installed by hand are not thrown away. Packages for other platforms may be missing, and those for development
 * in production.
 */
function npmRecordAgrees() {
  const wanted = readJson(lockfile)?.packages;
  const installed = readJson(path.join(modules, '.package-lock.json'))?.packages;
  if (!wanted || !installed) return false;
  const mayBeMissing = (entry) =>
    entry.optional || (process.env.NODE_ENV === 'production' && (entry.dev || entry.devOptional));
  const same = (one, other) => one?.version === other?.version && one?.integrity === other?.integrity;
  return (
    Object.entries(wanted).every(
      ([name, entry]) => name === '' || mayBeMissing(entry) || same(entry, installed[name]),
    ) &&
    Object.entries(installed).every(
      ([name, entry]) => same(entry, wanted[name]) && fs.existsSync(path.join(root, name)),
    )
  );
}

function isInstalled() {
  const wanted = wantedStamp();
  if (fs.existsSync(stampFile) && fs.readFileSync(stampFile, 'utf8') === wanted) return true;
  if (!npmRecordAgrees()) return false;
  stamp(wanted);
  return true;
}

/** A folder that cannot be written to (an image, a shared checkout) does without the stamp. */
function stamp(content) {
  try {
    fs.writeFileSync(stampFile, content);
  } catch (error) {
    if (!['EACCES', 'EROFS', 'EPERM'].includes(error.code)) throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * The lock is a folder holding one file named after its owner. Renaming a prepared folder onto it succeeds only where
 * it is absent or empty, and of several who remove a dead owner's file all leave it empty: nobody can break a live lock.
 */
async function withInstallLock(work) {
  const lock = path.join(root, '.cache', 'install.lock');
  const owner = `${process.pid}-${randomUUID()}`;
  const prepared = `${lock}.${owner}`;
  fs.mkdirSync(prepared, { recursive: true });
  fs.writeFileSync(path.join(prepared, owner), '');
  let seen = '';
  let seenSince = performance.now();
  let told = false;
  while (!tryRename(prepared, lock)) {
    const [holder] = listing(lock);
    const file = holder && path.join(lock, holder);
    const state = file && `${holder} ${fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs}`;
    if (state !== seen) [seen, seenSince] = [state, performance.now()];
    const silent = performance.now() - seenSince > LOCK_SILENCE_LIMIT_MS;
    if (file && (silent || !isAlive(Number.parseInt(holder, 10)))) {
      fs.rmSync(file, { force: true });
      continue;
    }
    if (!told) say('Waiting for another process that is installing the dependencies…');
    told = true;
    await sleep(LOCK_POLL_MS);
  }
  const mine = path.join(lock, owner);
  const heartbeat = setInterval(
    () => fs.existsSync(mine) && fs.utimesSync(mine, new Date(), new Date()),
    LOCK_HEARTBEAT_MS,
  );
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    fs.rmSync(mine, { force: true });
  }
}

function tryRename(from, to) {
  try {
    fs.renameSync(from, to);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code)) return false;
    throw error;
  }
}

function listing(folder) {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

/** Installs exactly what the lockfile says, with all that npm has to say on stderr. */
async function install() {
  const why = fs.existsSync(modules) ? 'The dependencies are out of date' : 'The dependencies are missing';
  say(`${why}: installing them with npm ci (a minute or so)…`);
  const npmScript = process.env.npm_execpath;
  const [program, ...before] = npmScript?.endsWith('.js') ? [process.execPath, npmScript] : ['npm'];
  const options = [
    'ci',
    '--no-audit',
    '--no-fund',
    '--no-progress',
    '--loglevel=error',
    '--include=dev',
    '--include=optional',
  ];
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  const npm = spawn(program, [...before, ...options], { cwd: root, stdio: ['ignore', 2, 2] });
  const progress = setInterval(() => say(`  npm ci … ${seconds()} s`), PROGRESS_EVERY_MS);
  const passOn = (signal) => npm.kill(signal);
  process.on('SIGTERM', passOn).on('SIGINT', passOn);
  const outcome = await new Promise((resolve) => {
    npm.on('error', (error) => resolve(error.code === 'ENOENT' ? 'npm was not found on the PATH' : error.message));
    npm.on('exit', (code, signal) => resolve(code === 0 ? undefined : `npm ci ended with ${signal ?? code}`));
  });
  process.off('SIGTERM', passOn).off('SIGINT', passOn);
  clearInterval(progress);
  if (outcome) return outcome;
  stamp(wantedStamp());
  say(`Dependencies installed in ${seconds()} s`);
  return undefined;
}

const [entry, ...rest] = process.argv.slice(2);
if (!entry) stopWith('say which file to run: node scripts/run.mjs <entry.ts> [arguments]');
checkNode();
if (!isInstalled()) {
  const failure = await withInstallLock(() => (isInstalled() ? undefined : install()));
  if (failure) stopWith(`the dependencies could not be installed: ${failure}`);
}
const require = createRequire(import.meta.url);
require('tsx/cjs/api').register();
process.argv.splice(1, process.argv.length - 1, path.resolve(root, entry), ...rest);
Module.runMain();
