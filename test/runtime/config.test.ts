import { ConfigError, readConfig } from '../../src/runtime/config';

const refusal = (env: Record<string, string>): string => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('The settings were accepted');
};

describe('settings', () => {
  it('have defaults, and nothing from outside is needed', () => {
    expect(readConfig({})).toEqual({
      port: 3000,
      temporalNamespace: 'default',
      temporalUiPort: 8233,
      temporalUiUrl: 'http://localhost:8233',
      dataDir: `${process.cwd()}/.data`,
      logLevel: 'info',
      workerMetricsPort: 0,
    });
  });

  it('are taken as given where they are well formed', () => {
    const databaseUrl = 'postgres://me:secret@db.example:5432/boxoffice?sslmode=require';
    const keys = 'shop:web:sk_1, operator:night:ok_1';
    const config = readConfig({
      PORT: '8080',
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: '[::1]:7233',
      BOXOFFICE_DATA_DIR: '/srv/boxoffice',
      BOXOFFICE_KEYS: keys,
      LOG_LEVEL: 'debug',
    });
    expect(config).toMatchObject({ port: 8080, databaseUrl, temporalAddress: '[::1]:7233', keys, logLevel: 'debug' });
    expect(config.dataDir).toBe('/srv/boxoffice');
  });

  it('that are empty count as not set', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '', BOXOFFICE_KEYS: '' })).toEqual(readConfig({}));
  });

  it.each([
    ['PORT', '70000'],
    ['PORT', '3000x'],
    ['PORT', '-1'],
    ['TEMPORAL_UI_PORT', '1e3'],
    ['TEMPORAL_UI_URL', 'localhost:8233'],
    ['DATABASE_URL', 'mysql://root@db/boxoffice'],
    ['TEMPORAL_ADDRESS', 'http://temporal:7233'],
    ['TEMPORAL_ADDRESS', 'temporal'],
    ['TEMPORAL_NAMESPACE', 'two words'],
    ['BOXOFFICE_KEYS', 'shop:web'],
    ['BOXOFFICE_KEYS', 'admin:me:key'],
    ['BOXOFFICE_KEYS', 'shop:web:key,promoter:me:key'],
    ['BOXOFFICE_KEYS', `shop:${'x'.repeat(201)}:key`],
    ['LOG_LEVEL', 'loud'],
    ['WORKER_METRICS_PORT', 'none'],
  ])('that are malformed are refused by name: %s=%s', (name, value) => {
    expect(refusal({ [name]: value })).toMatch(new RegExp(`^${name} must be [^\\n]+$`));
  });

  it('are refused all at once, in one line', () => {
    const line = refusal({ PORT: 'x', LOG_LEVEL: 'y' });
    expect(line).toContain('PORT must be');
    expect(line).toContain('LOG_LEVEL must be');
    expect(line).not.toContain('\n');
  });

  it('that are secret are not shown when they are refused', () => {
    const line = refusal({ DATABASE_URL: 'hunter2', BOXOFFICE_KEYS: 'shop:web:hunter2:hunter2' });
    expect(line).not.toContain('hunter2');
  });
});
