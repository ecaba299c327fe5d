import type { JobPicture } from '../src/ui/job-picture.ts'

/** What the server is asked for. */
export interface Rescaling {
  readonly operator: string
  readonly instances: number
}

export interface RescaleFieldsProps {
  readonly tasks: JobPicture['tasks']
  readonly value: Rescaling
  readonly onChange: (value: Rescaling) => void
}

/** Those that run on workers. */
export function rescalable({ tasks }: JobPicture): JobPicture['tasks'] {
  return tasks.filter(({ workers }) => workers.length > 0)
}

export function RescaleFields({ tasks, value, onChange }: RescaleFieldsProps) {
  const chosen = tasks.find(({ operators }) => operators.some(({ name }) => name === value.operator))
  return (
    <div class="fields">
      <label>
        Operator
        <select
          value={value.operator}
          onChange={({ currentTarget: { value: operator } }) => {
            const task = tasks.find(({ operators }) => operators.some(({ name }) => name === operator))
            onChange({ operator, instances: task?.actors ?? 1 })
          }}
        >
          {tasks.map(({ task, operators }) => (
            <optgroup key={task} label={operators.length === 1 ? operators[0]!.name : `${operators[0]!.name} …`}>
              {operators.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
      <label>
        Instances
        <input
          type="number"
          min="1"
          max="10000"
          step="1"
          required
          value={value.instances}
          onInput={({ currentTarget }) => onChange({ ...value, instances: currentTarget.valueAsNumber })}
        />
      </label>
      <p class="quiet">now {chosen?.actors ?? '–'}</p>
    </div>
  )
}
