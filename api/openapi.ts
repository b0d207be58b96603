import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import type { z } from 'zod';
import { problemKinds, type Slug } from './problem';
import type { Route } from './route';
import { problemAnswer } from './schemas';

const everyRoute: Slug[] = ['payload-too-large', 'too-many-requests', 'internal'];
const everyBody: Slug[] = ['malformed-json'];

function problemResponses({ problems, body }: Pick<Route, 'problems' | 'body'>) {
  const all = [...new Set([...problems, ...(body ? everyBody : []), ...everyRoute])];
  const statuses = new Set(all.map((slug) => problemKinds[slug].status));
  return Object.fromEntries(
    [...statuses].map((status) => {
      const same = all.filter((slug) => problemKinds[slug].status === status);
      const description = same.map((slug) => `${slug}: ${problemKinds[slug].title}`).join('; ');
      return [status, { description, content: { 'application/problem+json': { schema: problemAnswer } } }];
    }),
  );
}

function request({ params, query, headers, body }: Route) {
  return {
    ...(params && { params: params as z.ZodObject }),
    ...(query && { query: query as z.ZodObject }),
    ...(headers && { headers }),
    ...(body && { body: { required: true, content: { 'application/json': { schema: body } } } }),
  };
}

/** The first word of the path after the version. */
const tagOf = ({ path }: Route) => path.split('/').find((part) => part !== '' && part !== 'v1') ?? path;

/** JSON Schema has patterns without their flags, and reads all of them as Unicode: what is generated ends in `/u` where the flag was. */
const withoutFlags = (key: string, value: unknown): unknown =>
  key === 'pattern' && typeof value === 'string' ? value.replace(/\/u$/, '') : value;

/** The OpenAPI document of the routes, from the very schemas that parse their requests. */
export function openApiDocument(routes: readonly Route[]) {
  const registry = new OpenAPIRegistry();
  const bearer = registry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer' });
  for (const each of routes) {
    const answers = Object.entries(each.answers).map(([status, { description, schema }]) => [
      status,
      { description, ...(schema && { content: { [each.answerType ?? 'application/json']: { schema } } }) },
    ]);
    registry.registerPath({
      method: each.method,
      path: each.path,
      summary: each.summary,
      tags: [tagOf(each)],
      security: each.roles === 'all' ? [] : [{ [bearer.name]: [] }],
      description: each.roles === 'all' ? 'Open to all.' : `Roles: ${[...each.roles, 'operator'].join(', ')}.`,
      request: request(each),
      responses: { ...Object.fromEntries(answers), ...problemResponses(each) },
    });
  }
  const generated = new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: { title: 'boxoffice', version: '1', description: 'Sells limited tickets and never sells one twice.' },
    servers: [{ url: '/' }],
  });
  return JSON.parse(JSON.stringify(generated, withoutFlags)) as typeof generated;
}
