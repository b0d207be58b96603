import type { ApiSettings } from '../../src/runtime/api';
import { ApiClient } from '../support/api-client';
import { BoxOfficeStack } from '../support/box-office-stack';
import { describeWith } from '../support/describe-with';
import { brokenRules } from '../support/rules';

export interface BoxOffice {
  readonly stack: BoxOfficeStack;
  readonly client: ApiClient;
}

/** A suite on one boxoffice, which at its end has kept the rules that must always hold (DESIGN 8). */
export function describeBoxOffice(
  name: string,
  suite: (open: () => BoxOffice) => void,
  { longestOutageMs = 0, ...settings }: Partial<ApiSettings> & { workers?: number; longestOutageMs?: number } = {},
): void {
  describeWith('temporal', name, () => {
    let opened: BoxOffice | undefined;

    beforeAll(async () => {
      const stack = await BoxOfficeStack.open(settings);
      opened = { stack, client: new ApiClient(stack.api) };
    });

    afterAll(async () => {
      await opened?.stack.close();
    });

    suite(() => {
      if (!opened) throw new Error('the boxoffice is not open');
      return opened;
    });

    test('has kept every rule that must always hold', async () => {
      const { stack } = opened ?? {};
      expect(stack && (await brokenRules(stack.databaseUrl, { acknowledged: [], longestOutageMs }))).toEqual([]);
    });
  });
}
