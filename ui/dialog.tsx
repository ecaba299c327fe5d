import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

export interface DialogProps {
  readonly title: string
  /** What the button says that does it. */
  readonly yes: string
  readonly danger?: boolean
  readonly children: ComponentChildren
  /** True: it is to be done. */
  readonly onAnswer: (answer: boolean) => void
}

/** Asks before something is done; open as long as it is shown. Escape and Cancel leave all as it is. */
export function Dialog({ title, yes, danger = false, children, onAnswer }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current!.showModal(), [])
  return (
    <dialog ref={dialog} aria-labelledby="question" onClose={() => onAnswer(dialog.current!.returnValue === 'yes')}>
      <form method="dialog">
        <h2 id="question">{title}</h2>
        {children}
        <div class="actions">
          <button type="button" onClick={() => dialog.current!.close('no')}>
            Cancel
          </button>
          <button type="submit" value="yes" class={danger ? 'danger' : 'primary'}>
            {yes}
          </button>
        </div>
      </form>
    </dialog>
  )
}
