import type { Key } from '../core/key-hash.ts'
import type { NoStates, StateSpecs } from '../state/state-specs.ts'
import type { GraphBuilder, OperatorOptions } from './graph-builder.ts'
import type { InputEdge } from './graph.ts'
import type { BroadcastActor, ConnectedActor, Made, NoOutputs } from './keyed-actor.ts'
import type { OutputTypes } from './outputs.ts'
import { type Processed, type ProcessInput, processed } from './process.ts'
import { definitionSite } from './site.ts'

/** Two keyed streams beside each other. */
export class ConnectedStreams<in out A, in out B, in out K extends Key> {
  readonly #builder: GraphBuilder
  readonly #inputs: readonly ProcessInput[]

  /** @internal Made by connect. */
  constructor(builder: GraphBuilder, first: ProcessInput, second: ProcessInput) {
    this.#builder = builder
    this.#inputs = [first, second]
  }

  /**
   * Gives each record of both to one actor, with state and timers of its key: see {@link ConnectedActor}. Between records of the two there is no order.
   *
   * @throws MillraceError MR_GRAPH_INVALID, MR_OPTION_INVALID
   */
  process<S extends StateSpecs = NoStates, Out = never, Side extends OutputTypes = NoOutputs>(
    actor: Made<ConnectedActor<A, B, K, S, Out, Side>>,
    options?: OperatorOptions,
  ): Processed<Out, Side> {
    const site = definitionSite(this.process)
    return processed(this.#builder, { operator: 'connect', actor, inputs: this.#inputs, options, site })
  }
}

/** A keyed stream beside one that goes to every instance. */
export class BroadcastStreams<in out T, in out R, in out K extends Key> {
  readonly #builder: GraphBuilder
  readonly #inputs: readonly ProcessInput[]

  /** @internal Made by connectBroadcast. */
  constructor(builder: GraphBuilder, keyed: ProcessInput, broadcast: readonly InputEdge[]) {
    this.#builder = builder
    this.#inputs = [keyed, { origins: broadcast, key: null, method: 'onBroadcast' }]
  }

  /**
   * Gives each record of the keyed stream to one instance of an actor, and each record of the other stream to all: see {@link BroadcastActor}.
   *
   * @throws MillraceError MR_GRAPH_INVALID, MR_OPTION_INVALID
   */
  process<B extends StateSpecs, S extends StateSpecs = NoStates, Out = never, Side extends OutputTypes = NoOutputs>(
    actor: Made<BroadcastActor<T, R, K, S, B, Out, Side>>,
    options?: OperatorOptions,
  ): Processed<Out, Side> {
    const site = definitionSite(this.process)
    return processed(this.#builder, { operator: 'connectBroadcast', actor, inputs: this.#inputs, options, site })
  }
}
