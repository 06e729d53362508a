/** What an actor may do in its workspace. */
export type Right = 'read' | 'record' | 'write' | 'operate';

/** Who asks. Every service method takes one, and every query is held to its workspace. */
export interface Actor {
  readonly workspaceId: string;
  readonly userId: string;
  readonly rights: ReadonlySet<Right>;
}
