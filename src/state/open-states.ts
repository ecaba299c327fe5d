import type { KeyedStateBackend } from './keyed-backend.ts'
import { ListHandle } from './list-state.ts'
import { MapHandle } from './map-state.ts'
import { openValues } from './state-cells.ts'
import type { StateScope } from './state-scope.ts'
import type { StateAggregator, StateSpec, StateSpecs } from './state-specs.ts'
import { AggregatingHandle, ReducingHandle, ValueHandle } from './value-state.ts'

/** A handle for each specified state. All speak of the current key of the scope. */
export function openStates(specs: StateSpecs, backend: KeyedStateBackend, scope: StateScope): Readonly<Record<string, unknown>> {
  return Object.freeze(Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, openState(name, spec, backend, scope)])))
}

function openState(name: string, spec: StateSpec<unknown>, backend: KeyedStateBackend, scope: StateScope): unknown {
  switch (spec.stateType) {
    case 'value':
      return new ValueHandle(scope, openValues(name, spec, backend, scope), spec.more)
    case 'reducing':
      return new ReducingHandle(scope, openValues(name, spec, backend, scope), spec.more as (value: unknown, added: unknown) => unknown)
    case 'aggregating':
      return new AggregatingHandle(scope, openValues(name, spec, backend, scope), spec.more as StateAggregator<unknown, unknown, unknown>)
    case 'list':
      return new ListHandle(name, spec, backend, scope)
    case 'map':
      return new MapHandle(name, spec, backend, scope)
  }
}
