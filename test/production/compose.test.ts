import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { temporalServerCommand } from '../../src/runtime/temporal-server';
import {
  type ComposeFile,
  composeSchema,
  GIVEN,
  parseCompose,
  readText,
  repository,
  type Service,
  variablesOf,
} from './compose-file';

const text = readText('docker-compose.yml');
const compose = parseCompose(text);
const services = Object.entries(compose.services);
const isJob = (service: Service): boolean => service.restart !== 'unless-stopped';
const longRunning = services.filter(([, service]) => !isJob(service));
const jobs = services.filter(([, service]) => isJob(service));
const programOf = (service: Service): string | undefined => service.command?.find((word) => word.startsWith('dist/'));

describe('the compose specification', () => {
  const isValid = composeSchema();

  it('accepts docker-compose.yml', () => {
    isValid(compose);
    expect(isValid.errors ?? []).toEqual([]);
  });

  it.each([
    ['an unknown key of a service', '    shm_size: 256m', '    shm_sizes: 256m'],
    ['an unknown condition to wait for', 'condition: service_healthy', 'condition: service_healty'],
    ['a number of seconds without its unit as a list', 'stop_grace_period: 60s', 'stop_grace_period: [60]'],
    ['volumes that are no list', "volumes: ['postgres-data:/var/lib/postgresql']", 'volumes: postgres-data'],
    ['an unknown section of the file', '\nvolumes:\n', '\nvolume:\n'],
  ])('refuses %s', (_what, right, wrong) => {
    const edited = text.replace(right, wrong);
    expect(edited).not.toBe(text);
    expect(isValid(parseCompose(edited))).toBe(false);
  });
});

describe('the settings of Temporal', () => {
  it('are those of the development server', () => {
    const settings: Record<string, { value: number }[]> = parse(readText('deploy/temporal/dynamic-config.yaml'));
    const { args } = temporalServerCommand({ binary: 'temporal', port: 1, uiPort: 2 });
    const ofDevelopment = args.filter((_, nth) => args[nth - 1] === '--dynamic-config-value');
    expect(Object.entries(settings).map(([name, [set]]) => `${name}=${set?.value}`)).toEqual(ofDevelopment);
  });
});

describe('images', () => {
  it.each(services)('of %s are pinned to one version', (_name, { image }) => {
    expect(image).toMatch(/^[\w./-]+:\d+\.\d+\.?\d*(-[a-z]+)?$/);
  });

  it('are those of a Temporal that is set up by a job, not by the retired image that set itself up', () => {
    const images = services.map(([, { image }]) => image.split(':')[0]);
    expect(images).toEqual(expect.arrayContaining(['temporalio/server', 'temporalio/admin-tools', 'temporalio/ui']));
    expect(images).not.toContain('temporalio/auto-setup');
  });

  it('of Temporal itself and of the tools that make its tables have one version', () => {
    const versions = services.flatMap(
      ([, { image }]) => /^temporalio\/(?:server|admin-tools):(.+)$/.exec(image)?.[1] ?? [],
    );
    expect(new Set(versions).size).toBe(1);
  });
});

describe('services', () => {
  it('are the whole of boxoffice, with two workers', () => {
    expect(longRunning.map(([name]) => name).sort()).toEqual(['api', 'postgres', 'temporal', 'temporal-ui', 'worker']);
    expect(Number(compose.services.worker?.deploy?.replicas)).toBe(2);
  });

  it.each(longRunning)('that stay up, as %s, are asked for their health', (_name, { healthcheck }) => {
    expect(healthcheck).toMatchObject({ test: expect.arrayContaining(['CMD']), interval: expect.any(String) });
  });

  it.each(jobs)('that end, as %s, are not, and are tried again only a few times', (_name, { healthcheck, restart }) => {
    expect(healthcheck).toEqual({ disable: true });
    expect(restart).toMatch(/^(no|on-failure:\d)$/);
  });

  it('wait for what exists: for jobs to be done, for the others to be healthy', () => {
    for (const [name, { depends_on }] of services) {
      for (const [needed, { condition }] of Object.entries(depends_on ?? {})) {
        const target = compose.services[needed];
        expect([name, needed, target && condition]).toEqual([
          name,
          needed,
          target && isJob(target) ? 'service_completed_successfully' : 'service_healthy',
        ]);
      }
    }
  });

  const ours = services.filter(([, { build }]) => build !== undefined);

  it.each(ours)('of boxoffice, as %s, run a program that the build makes', (_name, service) => {
    const program = programOf(service);
    expect(program).toMatch(/^dist\/src\/runtime\/[\w-]+\.js$/);
    expect(existsSync(join(repository, `${program}`.replace(/^dist\//, '').replace(/js$/, 'ts')))).toBe(true);
  });

  it.each(['api', 'worker'])('of boxoffice, as %s, are asked on the port that they are told to open', (name) => {
    const { environment, healthcheck } = compose.services[name] ?? {};
    expect(JSON.stringify(healthcheck)).toContain(
      `http://127.0.0.1:${environment?.PORT ?? environment?.WORKER_METRICS_PORT}/health/live`,
    );
  });
});

describe('volumes', () => {
  const mounts = services.flatMap(([, { volumes }]) => volumes ?? []).map((volume) => volume.split(':')[0] ?? '');

  it('are named and declared, or are files of this repository', () => {
    for (const source of mounts) {
      if (source.startsWith('./')) expect(existsSync(join(repository, source))).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  it('that are declared are used', () => {
    expect(mounts).toEqual(expect.arrayContaining(Object.keys(compose.volumes)));
  });
});

describe('the network', () => {
  it('lets out only what publishes a port, by default on loopback alone', () => {
    const published = services.filter(([, { ports }]) => ports !== undefined);
    const outside = services.filter(([, { networks }]) => networks?.some((name) => !isInternal(compose, name)));
    expect(outside.map(([name]) => name)).toEqual(published.map(([name]) => name));
    for (const [, { ports = [] }] of published) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    }
  });

  const isInternal = (file: ComposeFile, name: string): boolean => file.networks[name]?.internal === true;
});

describe('secrets', () => {
  const variables = variablesOf(text);
  const documented = readText('.env.example');
  const isRequired = (name: string): boolean => /(_PASSWORD|_KEYS)$/.test(name);

  it('are required and have no default', () => {
    for (const { name, fallback, refusal } of variables) {
      expect([name, refusal !== undefined, fallback !== undefined]).toEqual([
        name,
        isRequired(name),
        !isRequired(name),
      ]);
    }
  });

  it('and settings are in .env.example: the required ones to fill in, the others with their defaults', () => {
    const wanted = variables.map(({ name, fallback }) =>
      fallback === undefined ? `${name}=` : `#${name}=${fallback}`,
    );
    const given = documented.split('\n').filter((line) => /^#?\w+=/.test(line));
    expect(given.sort()).toEqual([...new Set(wanted)].sort());
  });

  it('of one role are not given to the services of another', () => {
    const connectedAs = (role: string): string[] =>
      services
        .filter(
          ([, { environment }]) => environment?.DATABASE_URL === `postgres://${role}:${GIVEN}@postgres:5432/boxoffice`,
        )
        .map(([name]) => name);
    expect(connectedAs('boxoffice_owner')).toEqual(['migrate']);
    expect(connectedAs('boxoffice_app')).toEqual(['api', 'worker']);
  });
});
