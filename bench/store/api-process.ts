import { startApi } from '../../src/runtime/api';
import { createLogger } from '../../src/runtime/log';
import { answerParent } from '../children';

const unlimited = 1_000_000_000;

/** The API of the product with its logs and metrics; only how much one address may ask is raised. */
answerParent(async ({ databaseUrl }: { databaseUrl: string }) => {
  const { port } = await startApi(
    {
      port: 0,
      databaseUrl,
      temporalAddress: '127.0.0.1:1',
      temporalNamespace: 'default',
      keys: 'shop:bench:the-key-of-the-bench',
      rateLimits: { withKey: unlimited, withoutKey: unlimited },
      live: { withoutKey: unlimited },
    },
    createLogger('info', 'api'),
  );
  return { port };
});
