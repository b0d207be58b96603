import type { EventModel, EventModelCommand } from './event-model';

/** Who sends commands: a workflow, or the API, where it carries them out itself. */
export interface Sender {
  readonly kind: 'workflow' | 'api';
  readonly name: string;
  readonly commands: readonly EventModelCommand[];
}

/** The workflows in the order of their first commands, and after them the API. */
export function sendersIn({ commands }: EventModel): Sender[] {
  const workflows = [...new Set(commands.flatMap((command) => command.workflows))];
  const ofApi = commands.filter(({ api }) => api);
  return [
    ...workflows.map((name): Sender => {
      return { kind: 'workflow', name, commands: commands.filter((each) => each.workflows.includes(name)) };
    }),
    ...(ofApi.length > 0 ? [{ kind: 'api', name: 'api', commands: ofApi } as const] : []),
  ];
}
