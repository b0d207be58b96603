import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

/** The docs are also read over plain HTTP, where a browser that upgrades requests would find nothing. */
const protect = helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } });

/** Helmet's headers depend on nothing in a request, so they are worked out once. */
function headersOf(middleware: typeof protect): readonly (readonly [name: string, value: string])[] {
  const headers: [string, string][] = [];
  const recorder = {
    setHeader: (name: string, value: string) => headers.push([name, value]),
    removeHeader: () => undefined,
  };
  middleware({} as IncomingMessage, recorder as unknown as ServerResponse, (error) => {
    if (error) throw error;
  });
  return headers;
}

const headers = headersOf(protect);

/** Every answer has them. */
export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of headers) response.setHeader(name, value);
}
