// The one door to RxJS.
export { concatMap, filter, map, mergeMap, of, pipe, tap } from 'rxjs';
export type { Observable, OperatorFunction } from 'rxjs';
