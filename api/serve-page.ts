import type { Response, Router } from 'express';
import { methodNotAllowed } from './problem';

/** A page that is only read: any method but GET is refused. */
export function servePage(router: Router, path: string, send: (response: Response) => unknown): void {
  const place = router.route(path).get((_request, response) => send(response));
  place.all(({ method }) => {
    throw methodNotAllowed(method, ['GET']);
  });
}
