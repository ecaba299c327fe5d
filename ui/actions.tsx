import { useRef, useState } from 'preact/hooks'
import { ask } from './server.ts'

interface Wish {
  readonly what: 'savepoint' | 'stop'
  readonly title: string
  readonly text: string
  readonly body: object
}

const STOP: Wish = {
  what: 'stop',
  title: 'Stop the run?',
  text: 'It takes a last checkpoint and ends; the next launch with the same state directory goes on from there.',
  body: { drain: false },
}
const DRAIN: Wish = {
  what: 'stop',
  title: 'Drain the run?',
  text: 'Sources end, everything that was read is processed, and last results come out. The next launch begins anew.',
  body: { drain: true },
}
const SAVEPOINT: Wish = { what: 'savepoint', title: '', text: '', body: {} }

/** What can be done to the run from here. */
export function Actions({ isOver }: { readonly isOver: boolean }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [wish, setWish] = useState<Wish>(STOP)
  const [told, setTold] = useState('')
  const [waits, setWaits] = useState(false)
  const carryOut = async ({ what, body }: Wish): Promise<void> => {
    setWaits(true)
    setTold(what === 'savepoint' ? 'Taking a savepoint …' : 'Asked.')
    try {
      const answer = await ask<{ readonly dir?: string }>(what, body)
      setTold(answer.dir === undefined ? 'Asked; the run ends soon.' : `Savepoint in ${answer.dir}`)
    } catch (error) {
      setTold((error as Error).message)
    } finally {
      setWaits(false)
    }
  }
  const confirm = (next: Wish): void => {
    setWish(next)
    dialog.current!.showModal()
  }
  return (
    <div class="actions">
      <button type="button" disabled={isOver || waits} onClick={() => void carryOut(SAVEPOINT)}>
        Savepoint
      </button>
      <button type="button" disabled={isOver || waits} onClick={() => confirm(DRAIN)}>
        Drain
      </button>
      <button type="button" class="danger" disabled={isOver || waits} onClick={() => confirm(STOP)}>
        Stop
      </button>
      <output aria-live="polite">{told}</output>
      <dialog ref={dialog} aria-labelledby="wish" onClose={() => dialog.current!.returnValue === 'yes' && void carryOut(wish)}>
        <form method="dialog">
          <h2 id="wish">{wish.title}</h2>
          <p>{wish.text}</p>
          <div class="actions">
            <button type="submit" value="no">
              Cancel
            </button>
            <button type="submit" value="yes" class="danger">
              {wish === DRAIN ? 'Drain' : 'Stop'}
            </button>
          </div>
        </form>
      </dialog>
    </div>
  )
}
