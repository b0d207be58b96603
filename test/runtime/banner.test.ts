import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { banner } from '../../src/runtime/banner';

const keys = { shop: 'sk_1', promoter: 'pk_1', gate: 'gk_1', operator: 'ok_1' };
const opened = { apiUrl: 'http://localhost:3000', temporalAddress: 'temporal.example:7233', logFolder: '/data/logs' };

describe('the banner', () => {
  it('prints the keys when they were just made, and only then', () => {
    expect(banner({ ...opened, keysFile: { path: '/data/keys.json', keys, isNew: true } })).toContain('pk_1');
    const later = banner({ ...opened, keysFile: { path: '/data/keys.json', keys, isNew: false } });
    expect(later).not.toContain('pk_1');
    expect(later).toContain('/data/keys.json');
  });

  it("names Temporal's web UI where it is ours, and its address where it is not", () => {
    expect(banner({ ...opened, temporalUiUrl: 'http://localhost:8233' })).toContain('http://localhost:8233');
    expect(banner(opened)).toContain('temporal.example:7233');
  });

  it('shows calls that a shell understands, with keys from a file whatever its path', () => {
    const folder = mkdtempSync(join(tmpdir(), "boxoffice 'quoted' "));
    const path = join(folder, 'keys.json');
    writeFileSync(path, JSON.stringify(keys));
    const lines = banner({ ...opened, keysFile: { path, keys, isNew: false } }).split('\n');
    const calls = lines
      .slice(
        lines.findIndex((line) => line.includes('PROMOTER=')),
        -3,
      )
      .join('\n');
    const fakes = 'curl() { printf \'{"id":"7","args":"%s"}\' "$(printf "%s|" "$@" | tr \'"\' "~")"; }\n';
    const answers = execFileSync('bash', ['-euc', fakes + calls], { encoding: 'utf8' })
      .trim()
      .split('\n');
    rmSync(folder, { recursive: true });
    expect(answers).toHaveLength(3);
    expect(answers[0]).toMatch(/Bearer pk_1.*~name~:~gig-\d+~/s);
    expect(answers[1]).toMatch(/Bearer sk_1.*~pool~:~gig-\d+~,~quantity~:2/s);
    expect(answers[2]).toContain('/v1/purchases/7/payment');
  });
});
