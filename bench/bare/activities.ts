/** Empty steps that only tell the driver how far a workflow is, as the commit tells boxoffice's customers. */
export function createBareActivities(tell: (message: { step: 'reserved' | 'confirmed'; id: string }) => void) {
  return {
    reserve: async (id: string) => tell({ step: 'reserved', id }),
    startPayment: async (_id: string) => undefined,
    capture: async (_id: string) => undefined,
    confirm: async (id: string) => tell({ step: 'confirmed', id }),
  };
}
export type BareActivities = ReturnType<typeof createBareActivities>;
