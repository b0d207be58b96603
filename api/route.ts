import type { ServerResponse } from 'node:http';
import type { Request } from 'express';
import type { z } from 'zod';
import { isFromLoopback } from './address';
import { type Caller, type Role, requireRole } from './authentication';
import { notFound, type Slug, validationFailed } from './problem';

export interface Answer {
  status: number;
  /** Sent as JSON, where `headers` do not name another content type. */
  body?: unknown;
  /** A body that is JSON already. */
  json?: string | Buffer;
  headers?: Record<string, string>;
  /**
   * An answer that goes on: takes what it needs, or throws the problem that is answered instead; what it gives sends
   * on the response, whose head is set.
   */
  open?(): (response: ServerResponse) => void;
}

type Shape = z.ZodType | undefined;
type Parsed<Schema extends Shape> = Schema extends z.ZodType ? z.output<Schema> : undefined;

export interface Context<Params extends Shape, Query extends Shape, Body extends Shape> {
  params: Parsed<Params>;
  query: Parsed<Query>;
  body: Parsed<Body>;
  /** Who asks; for routes open to all it may be anybody. */
  caller: Caller;
  /** The key holder, or the address of one without a key. */
  sender: string;
  hasKey: boolean;
  /** Asked from this very machine, by no proxy. */
  fromLoopback: boolean;
  header(name: string): string | undefined;
  /** Puts the purchase's id into the request's log line. */
  concerns(purchaseId: string): void;
}

export interface RouteSpec<Params extends Shape, Query extends Shape, Body extends Shape> {
  method: 'get' | 'post' | 'put' | 'delete';
  /** With `{name}` for path parameters, as OpenAPI writes them. */
  path: string;
  summary: string;
  roles: readonly Role[] | 'all';
  params?: Params;
  query?: Query;
  body?: Body;
  headers?: z.ZodObject;
  answers: Record<number, { description: string; schema?: z.ZodType }>;
  /** Where it is not JSON. */
  answerType?: string;
  problems: readonly Slug[];
  handle(context: Context<Params, Query, Body>): Promise<Answer>;
}

/** A route with its types closed over: what Express runs and OpenAPI describes. */
export interface Route extends Omit<RouteSpec<Shape, Shape, Shape>, 'handle'> {
  /** Whoever may go in. Throws `unauthorized` or `forbidden`. */
  admit(caller: Caller | undefined): Caller;
  run(request: Request, caller: Caller): Promise<Answer>;
}

const anybody: Caller = { role: 'gate', subject: 'anybody' };

function parsed(schema: Shape, value: unknown): unknown {
  if (!schema) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw validationFailed(result.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })));
}

function parsedParams(schema: Shape, value: unknown): unknown {
  if (!schema) return undefined;
  const result = schema.safeParse(value);
  // An id or name that cannot exist is as absent as one that does not.
  if (!result.success) throw notFound('such resource: its name or id is not well formed');
  return result.data;
}

export function route<
  Params extends Shape = undefined,
  Query extends Shape = undefined,
  Body extends Shape = undefined,
>(spec: RouteSpec<Params, Query, Body>): Route {
  const { handle, ...described } = spec;
  return {
    ...described,
    admit: (caller) => (spec.roles === 'all' ? (caller ?? anybody) : requireRole(caller, spec.roles)),
    async run(request, caller) {
      return handle({
        caller,
        sender: request.res?.locals.sender ?? '',
        hasKey: request.res?.locals.subject !== undefined,
        fromLoopback: isFromLoopback(request),
        params: parsedParams(spec.params, request.params) as Parsed<Params>,
        query: parsed(spec.query, request.query) as Parsed<Query>,
        body: parsed(spec.body, request.body === undefined ? {} : request.body) as Parsed<Body>,
        header: (name) => request.get(name),
        concerns: (purchaseId) => {
          request.res?.locals && Object.assign(request.res.locals, { purchaseId });
        },
      });
    },
  };
}
