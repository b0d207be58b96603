import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import { parse } from 'yaml';

/** The parts of the compose specification that docker-compose.yml uses and the tests look at. */
export type Service = {
  readonly image: string;
  readonly build?: string;
  readonly restart: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly volumes?: readonly string[];
  readonly deploy?: { readonly replicas?: string };
  readonly healthcheck: { readonly disable: true } | { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
};

export type ComposeFile = {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};

/** A variable of the environment that the file asks for, with its default or what is said where it is missing. */
export type Variable = { readonly name: string; readonly fallback?: string; readonly refusal?: string };

export const repository = join(__dirname, '..', '..');
export const readText = (file: string): string => readFileSync(join(repository, file), 'utf8');

const VARIABLE = /\$\{(\w+)(?:(:[-?])([^}]*))?\}/g;

export function variablesOf(text: string): readonly Variable[] {
  return [...text.matchAll(VARIABLE)].map(([, name = '', kind, rest = '']) => ({
    name,
    ...(kind === ':-' ? { fallback: rest } : {}),
    ...(kind === ':?' ? { refusal: rest } : {}),
  }));
}

/** Stands for every variable that has no default. */
export const GIVEN = 'given';

/** The file as Compose sees it where only the required variables are set. */
export function parseCompose(text: string): ComposeFile {
  const interpolated = text.replace(VARIABLE, (_whole, _name, kind, rest) => (kind === ':-' ? rest : GIVEN));
  return parse(interpolated, { merge: true });
}

/** A validator of whole compose files, from the specification's JSON schema as the dclint package carries it. */
export function composeSchema(): ValidateFunction {
  const schemas = join(dirname(require.resolve('dclint/package.json')), 'schemas');
  // It names draft 7 by an address that Ajv does not know; draft 7 is what Ajv takes a schema without one for.
  const { $schema: _draft7, ...schema } = JSON.parse(readFileSync(join(schemas, 'compose.schema.json'), 'utf8'));
  return new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
}
