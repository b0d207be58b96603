import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/runtime/config';

const run = promisify(execFile);

const VERSION = '1.38.0';
const OLDEST_JAVA = 11;
const DOWNLOAD_HOST = 'https://temporal.download/';
const HOST_ANSWERS_WITHIN_MS = 3_000;
const DOWNLOAD_WITHIN_MS = 120_000;
const MAVEN_WITHIN_MS = 300_000;
const PROGRESS_EVERY_MS = 10_000;

/**
 * The path of a program that runs Temporal's time-skipping test server: cached, else as the SDK downloads it, else from
 * Maven Central for the Java at hand.
 */
export async function findTimeSkippingServer(
  say: (line: string) => void,
): Promise<string | { readonly unavailable: string }> {
  const folder = join(cacheFolder(), `temporal-test-server-${VERSION}`);
  const downloaded = await downloadedProgram();
  if (downloaded) return downloaded;
  const java = await javaVersion();
  const wrapper = join(folder, 'temporal-test-server');
  if (java !== undefined && (await isExecutable(wrapper))) return wrapper;

  const download = await downloadByTheSdk(say);
  if (typeof download === 'string') return download;
  if (java === undefined || java < OLDEST_JAVA) {
    const found = java === undefined ? 'Java was not found' : `Java ${java} is too old`;
    return { unavailable: `the time-skipping server could not be downloaded (${download.failed}), and ${found}` };
  }
  try {
    await installFromMaven(folder, say);
    return wrapper;
  } catch (error) {
    const maven = firstLine(error);
    return {
      unavailable: `the time-skipping server could not be downloaded (${download.failed}), nor by Maven: ${maven}`,
    };
  }
}

const downloadFolder = () => join(cacheFolder(), 'temporal-sdk');

async function downloadedProgram(): Promise<string | undefined> {
  const names = await readdir(downloadFolder()).catch(() => []);
  const name = names
    .filter((each) => /^temporal-test-server-[\w.-]+?\d(\.exe)?$/.test(each))
    .sort()
    .at(-1);
  const path = name && join(downloadFolder(), name);
  return path && (await isExecutable(path)) ? path : undefined;
}

/** In a process of its own: the SDK's download cannot be given a time limit. */
async function downloadByTheSdk(say: (line: string) => void): Promise<string | { readonly failed: string }> {
  try {
    await fetch(DOWNLOAD_HOST, { method: 'HEAD', signal: AbortSignal.timeout(HOST_ANSWERS_WITHIN_MS) });
  } catch {
    return { failed: `${new URL(DOWNLOAD_HOST).host} does not answer` };
  }
  say('Downloading the time-skipping Temporal server…');
  await mkdir(downloadFolder(), { recursive: true });
  const executable = { type: 'cached-download', downloadDir: downloadFolder() };
  const script = `require(${JSON.stringify(require.resolve('@temporalio/testing'))}).TestWorkflowEnvironment
    .createTimeSkipping({ server: { executable: ${JSON.stringify(executable)} } }).then((env) => env.teardown())`;
  try {
    await run(process.execPath, ['-e', script], { timeout: DOWNLOAD_WITHIN_MS });
  } catch (error) {
    return { failed: firstLine(error) };
  }
  return (await downloadedProgram()) ?? { failed: 'the download left no program behind' };
}

async function installFromMaven(folder: string, say: (line: string) => void): Promise<void> {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  say('Fetching the time-skipping Temporal server from Maven Central (40 MB, once)…');
  const progress = setInterval(() => say(`  still fetching it … ${seconds()} s`), PROGRESS_EVERY_MS);
  const work = await mkdtemp(join(tmpdir(), 'boxoffice-maven-'));
  await mkdir(cacheFolder(), { recursive: true });
  const prepared = await mkdtemp(`${folder}.`);
  try {
    await writeFile(join(work, 'pom.xml'), pom);
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${prepared}`];
    await run('mvn', ['--batch-mode', '--quiet', ...goal], { cwd: work, timeout: MAVEN_WITHIN_MS });
    await writeFile(join(prepared, 'temporal-test-server'), wrapperScript, { mode: 0o755 });
    await replace(prepared, folder);
    say(`The time-skipping Temporal server is there after ${seconds()} s`);
  } finally {
    clearInterval(progress);
    await rm(work, { recursive: true, force: true });
    await rm(prepared, { recursive: true, force: true });
  }
}

/** Another run may have been first with the same thing; what is there but incomplete gives way. */
async function replace(prepared: string, folder: string): Promise<void> {
  if (await isExecutable(join(folder, 'temporal-test-server'))) return;
  await rm(folder, { recursive: true, force: true });
  await rename(prepared, folder).catch(async (error) => {
    if (!(await isExecutable(join(folder, 'temporal-test-server')))) throw error;
  });
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>boxoffice</groupId>
  <artifactId>time-skipping-server</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-nop</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`;

/** The server is short-lived and small: what makes the virtual machine start sooner matters more than its speed later. */
const wrapperScript = `#!/bin/sh
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$(dirname "$0")/*" io.temporal.testserver.TestServer "$@"
`;

/** The major version of the Java on the PATH. */
async function javaVersion(): Promise<number | undefined> {
  try {
    const { stderr, stdout } = await run('java', ['-version']);
    const version = /version "(?:1\.)?(\d+)/.exec(stderr + stdout)?.[1];
    return version === undefined ? undefined : Number(version);
  } catch {
    return undefined;
  }
}

const isExecutable = (path: string) =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

const firstLine = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).trim().split('\n')[0] ?? '';
