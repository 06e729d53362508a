import {
  type ClassParts,
  createRequestClass,
  type MadeClass,
  type Priority,
  type RequestClass,
  type ClassOptions,
  type ClassStats,
} from './request-class.ts';

export interface RequestClasses {
  /** Throws where there is one of that name, and a RangeError for limits that are not 0 or more. */
  add(name: string, options: ClassOptions): RequestClass;
  /** To be called when the level has changed: limits may have risen, and those that wait come in, critical ones first. */
  onLevel(): void;
  /** To be called now and then: forgets the responses that have ended. */
  sweep(): void;
  stats(): ClassStats[];
}

const order: Record<Priority, number> = { critical: 0, normal: 1, background: 2 };

/** Classes of requests, each with its limit at each level. */
export function createRequestClasses(parts: ClassParts): RequestClasses {
  const classes = new Map<string, MadeClass>();
  return {
    add(name, options) {
      if (classes.has(name)) throw new Error(`There is a request class ${name} already`);
      const made = createRequestClass(name, options, parts);
      classes.set(name, made);
      return made.requestClass;
    },
    onLevel() {
      const byOrder = (one: MadeClass, other: MadeClass) =>
        order[one.requestClass.priority] - order[other.requestClass.priority];
      for (const { letIn } of [...classes.values()].sort(byOrder)) letIn();
    },
    sweep() {
      for (const { sweep } of classes.values()) sweep();
    },
    stats: () => Array.from(classes.values(), ({ requestClass }) => requestClass.stats()),
  };
}
