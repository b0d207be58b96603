/** What each advisory lock of boxoffice is for; with a second number, one for each name. Migrations write the numbers out. */
export const advisoryLocks = {
  /** Shared by all writers from before they take a position until they commit. */
  writers: 842_001,
  /** Of a stream: whose turn it is to append to it. */
  turns: 842_002,
  /** Of a projection: who builds it anew. */
  rebuilds: 842_003,
  /** Of a projection: who leads it. */
  leaders: 842_004,
  /** Who audits. */
  audit: 842_005,
} as const;
