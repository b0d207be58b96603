import express, { type Response, Router } from 'express';
import { getAbsoluteFSPath } from 'swagger-ui-dist';
import { openApiDocument } from './openapi';
import { methodNotAllowed } from './problem';
import type { Route } from './route';

const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>boxoffice API</title><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="swagger-ui"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body>
</html>
`;
const startScript = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, persistAuthorization: true });\n`;

/** `/openapi.json`, and `/docs` to read it and try it out; everything is served from here. */
export function docs(routes: readonly Route[]): Router {
  const router = Router();
  const document = openApiDocument(routes);
  const serve = (path: string, send: (response: Response) => void) => {
    const place = router.route(path).get((_request, response) => send(response));
    place.all(({ method }) => {
      throw methodNotAllowed(method, ['GET']);
    });
  };
  serve('/', (response) => response.redirect('/docs'));
  serve('/openapi.json', (response) => response.json(document));
  serve('/docs', (response) => response.type('html').send(page));
  serve('/docs/start.js', (response) => response.type('js').send(startScript));
  router.use('/docs', express.static(getAbsoluteFSPath(), { index: false, maxAge: '1h' }));
  return router;
}
