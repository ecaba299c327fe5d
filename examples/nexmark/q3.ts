/**
 * NEXMark q3, local item suggestion: who sells in Oregon, Idaho or California, and which auctions of category 10? An incremental join: a row as soon as
 * both sides are there, whichever comes first. Both are kept for ever.
 */
import { defineJob, list, recordsOf, value } from 'millrace'
import type { Person } from './events.ts'
import { auctionEvents, nexmarkConfig } from './events.ts'

export interface LocalItem {
  readonly name: string
  readonly city: string
  readonly state: string
  readonly auction: number
}

const STATES = ['OR', 'ID', 'CA']
const rowOf = ({ name, city, state }: Person, auction: number): LocalItem => ({ name, city, state, auction })

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const { person, auction } = auctionEvents(source, config).switchOn('kind')
    const persons = person.filter(({ state }) => STATES.includes(state))
    const auctions = auction.filter(({ category }) => category === 10)
    const rows = persons
      .keyBy('id')
      .connect(auctions.keyBy('seller'))
      .process(
        {
          state: { person: value<Person>(), waiting: list<number>() },
          emits: recordsOf<LocalItem>(),
          onFirst(person, { state, emit }) {
            state.person.set(person)
            for (const id of state.waiting) emit(rowOf(person, id))
            state.waiting.clear()
          },
          onSecond({ id }, { state, emit }) {
            const person = state.person.get()
            if (person === undefined) state.waiting.add(id)
            else emit(rowOf(person, id))
          },
        },
        { name: 'local-items' },
      )
    return { rows }
  },
})
