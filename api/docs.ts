import express, { Router } from 'express';
import { getAbsoluteFSPath } from 'swagger-ui-dist';
import { openApiDocument } from './openapi';
import type { Route } from './route';
import { servePage } from './serve-page';

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
  servePage(router, '/', (response) => response.redirect('/docs'));
  servePage(router, '/openapi.json', (response) => response.json(document));
  servePage(router, '/docs', (response) => response.type('html').send(page));
  servePage(router, '/docs/start.js', (response) => response.type('js').send(startScript));
  router.use('/docs', express.static(getAbsoluteFSPath(), { index: false, maxAge: '1h' }));
  return router;
}
