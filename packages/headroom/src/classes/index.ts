export { createRequestClasses, type RequestClasses } from './request-classes.ts';
export type { ClassLimits, Place, Priority, RequestClass, ClassOptions, ClassStats } from './request-class.ts';
export type { Ending } from './unended.ts';
