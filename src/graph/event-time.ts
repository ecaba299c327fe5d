import { onlyKnown } from '../core/known-options.ts'
import { MillraceError } from '../errors.ts'
import type { WatermarkGenerator, WatermarkStrategy } from '../time/watermark-strategy.ts'
import { checkFunction } from './check-function.ts'

/** When records happened, and how late they may come. */
export interface EventTimeOptions<T> {
  /** Event time of a record in ms since 1970. Without it records have none. */
  readonly eventTime?: (record: T) => number
  /** How much later than others a record may come, in ms of event time: the watermark stays so far behind the largest event time. Default 0: each split is in order. */
  readonly disorderMs?: number
  /**
   * Watermarks of one's own: a function that makes the {@link WatermarkGenerator} of a split, in place of `disorderMs`. 'none': no watermarks before the end of the
   * input.
   */
  readonly watermarks?: 'none' | (() => WatermarkGenerator<T>)
  /** A split without records for so long, in ms by the clock, is idle: others need not wait for it. Default: never. */
  readonly idleAfterMs?: number
  /**
   * Sources of the same `group`, of any kind and on any worker, are read abreast: an instance whose watermark is more than `maxDriftMs` ahead of the smallest in the
   * group waits until the others have come after it. For none that is idle or has ended; for one that has read nothing yet, it does. So what waits for the
   * slower sources, in windows and joins, stays small. Needs eventTime; only for sources, not for withEventTime.
   */
  readonly alignment?: { readonly group: string; readonly maxDriftMs: number }
}

/** For {@link onlyKnown}. */
export const EVENT_TIME_OPTIONS = { eventTime: 1, disorderMs: 1, watermarks: 1, idleAfterMs: 1, alignment: 1 } as const

/**
 * Event time options as the runtime reads them. Operators without `eventTime` have none.
 *
 * @param operator name of the method, for errors
 * @throws MillraceError MR_OPTION_INVALID, MR_GRAPH_INVALID
 */
export function eventTimeSpec(
  options: EventTimeOptions<never>,
  operator: string,
  site: string,
): { readonly eventTime?: unknown; readonly watermarks?: WatermarkStrategy } {
  const { eventTime, disorderMs, watermarks, idleAfterMs, alignment } = options
  if (eventTime === undefined) {
    const useless = Object.entries({ disorderMs, watermarks, idleAfterMs, alignment }).find(([, value]) => value !== undefined)
    if (useless === undefined) return {}
    throw new MillraceError('MR_OPTION_INVALID', `${operator}: ${useless[0]} says nothing without eventTime`, { site })
  }
  checkFunction(eventTime, `eventTime of ${operator}`)
  if (watermarks !== undefined && watermarks !== 'none') checkFunction(watermarks, `watermarks of ${operator}`)
  if (watermarks !== undefined && disorderMs !== undefined) {
    throw new MillraceError('MR_OPTION_INVALID', `${operator}: disorderMs has no effect beside watermarks`, { site })
  }
  checkMs(disorderMs, `${operator}: disorderMs`, 0, site)
  checkMs(idleAfterMs, `${operator}: idleAfterMs`, 1, site)
  checkAlignment(options, operator, site)
  return {
    eventTime,
    watermarks: {
      create: watermarks ?? null,
      disorderMs: disorderMs ?? 0,
      idleAfterMs: idleAfterMs ?? Infinity,
      alignment: alignment === undefined ? null : { group: alignment.group, maxDriftMs: alignment.maxDriftMs },
    } as WatermarkStrategy,
  }
}

function checkAlignment({ alignment, watermarks }: EventTimeOptions<never>, operator: string, site: string): void {
  if (alignment === undefined) return
  const refuse = (text: string): never => {
    throw new MillraceError('MR_OPTION_INVALID', `${operator}: ${text}`, { site })
  }
  onlyKnown(`alignment of ${operator}`, alignment, { group: 1, maxDriftMs: 1 }, site)
  const { group, maxDriftMs } = (alignment ?? {}) as Partial<typeof alignment>
  if (typeof group !== 'string' || group === '') refuse(`alignment.group=${String(group)} is not a name`)
  checkMs(maxDriftMs ?? NaN, `${operator}: alignment.maxDriftMs`, 0, site)
  if (watermarks === 'none') refuse('without watermarks there is nothing to align')
}

function checkMs(value: number | undefined, name: string, least: number, site: string): void {
  if (value === undefined || (Number.isFinite(value) && value >= least)) return
  throw new MillraceError('MR_OPTION_INVALID', `${name}=${String(value)} is not a number of milliseconds of ${least} or more`, { site })
}
