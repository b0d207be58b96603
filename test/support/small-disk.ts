import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const block = Buffer.alloc(64 * 1024);

/** A file system of its own that can really be full; making one needs the rights of root on Linux. */
export class SmallDisk {
  private readonly filler: string;

  private constructor(readonly folder: string) {
    this.filler = join(folder, 'filler');
  }

  /** Undefined where this machine gives no such disk. */
  static mount(megabytes: number): SmallDisk | undefined {
    const folder = mkdtempSync(join(tmpdir(), 'boxoffice-small-disk-'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
    if (mounted.status === 0) {
      chmodSync(folder, 0o755);
      return new SmallDisk(folder);
    }
    rmSync(folder, { recursive: true });
    return undefined;
  }

  /** Until not a byte more can be written. */
  async fill(): Promise<void> {
    const file = await open(this.filler, 'a');
    try {
      for (let size = block.length; size > 0; size >>= 1) {
        while (canWrite(file.fd, size)) {
          // As much as there is room for.
        }
      }
    } finally {
      await file.close();
    }
  }

  async free(): Promise<void> {
    await rm(this.filler, { force: true });
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function canWrite(file: number, size: number): boolean {
  try {
    return writeSync(file, block, 0, size) > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
