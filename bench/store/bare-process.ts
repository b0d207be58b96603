import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { answerParent } from '../children';

/** What a bare Express application gives: one route, one constant. */
answerParent(async ({ body }: { body: unknown }) => {
  const app = express();
  app.get('/pool/:name', (_request, response) => {
    response.json(body);
  });
  const server = app.listen(0);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port };
});
