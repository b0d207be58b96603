import type { KeysFile } from './keys-file';

export type Opened = {
  readonly apiUrl: string;
  /** Absent where Temporal is not ours. */
  readonly temporalUiUrl?: string;
  readonly temporalAddress: string;
  /** Absent where BOXOFFICE_KEYS gives the keys. */
  readonly keysFile?: KeysFile;
  readonly logFolder: string;
};

/** What the person who typed `npm start` sees once all is up: where things are, and three calls to paste. */
export function banner({ apiUrl, temporalUiUrl, temporalAddress, keysFile, logFolder }: Opened): string {
  return [
    '',
    'Boxoffice is open.',
    '',
    `  API       ${apiUrl}`,
    `  Docs      ${apiUrl}/docs`,
    `  Temporal  ${temporalUiUrl ?? temporalAddress}`,
    `  Keys      ${keysFile ? keysFile.path : 'those in BOXOFFICE_KEYS'}`,
    ...(keysFile?.isNew
      ? Object.entries(keysFile.keys).map(([role, key]) => `            ${role.padEnd(9)} ${key}`)
      : []),
    `  Logs      ${logFolder}`,
    '',
    'Make a pool, buy two tickets, pay for them:',
    '',
    ...calls(apiUrl, keysFile).map((line) => (line === '' ? '' : `  ${line}`)),
    '',
    'Ctrl-C stops everything; data and open purchases are kept.',
    '',
  ].join('\n');
}

/** Ready for one shell, in this order; a fresh pool each time, and the purchase's id handed on to the payment. */
function calls(apiUrl: string, keysFile: KeysFile | undefined): readonly string[] {
  const json = "-H 'Content-Type: application/json'";
  return [
    `PROMOTER=${keysFile ? keyFrom(keysFile.path, 'promoter') : "'a promoter key'"}`,
    `SHOP=${keysFile ? keyFrom(keysFile.path, 'shop') : "'a shop key'"}`,
    'POOL="gig-$(date +%s)"',
    '',
    `curl -sS ${apiUrl}/v1/pools -H "Authorization: Bearer $PROMOTER" ${json} \\`,
    `  -d '{"name":"'"$POOL"'","capacity":100,"price":{"amount":5000,"currency":"EUR"}}'; echo`,
    '',
    `PURCHASE=$(curl -sS ${apiUrl}/v1/purchases -H "Authorization: Bearer $SHOP" ${json} \\`,
    `  -H "Idempotency-Key: $POOL-alice" -H 'Prefer: wait=10' \\`,
    `  -d '{"customerId":"alice","items":[{"pool":"'"$POOL"'","quantity":2}]}'); echo "$PURCHASE"`,
    '',
    `ID=$(node -p 'JSON.parse(process.argv[1]).id' "$PURCHASE")`,
    `curl -sS ${apiUrl}/v1/purchases/$ID/payment -H "Authorization: Bearer $SHOP" ${json} -H 'Prefer: wait=10' \\`,
    `  -d '{"method":{"type":"creditCard","token":"tok_ok"}}'; echo`,
  ];
}

const keyFrom = (path: string, role: string) => `$(node -p 'require(process.argv[1]).${role}' ${quoted(path)})`;

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
