/** `npm run check -- docs`: generated pages are current, relative links lead somewhere, marked snippets compile and run. */
import { staleApiReports } from './api-report.js'
import { staleErrorsPage } from './errors-page.js'
import { brokenLinks } from './links.js'
import { staleFigures } from './figures.js'
import { brokenSnippets } from './snippets.js'

const problems = [...(await staleErrorsPage()), ...staleApiReports(), ...(await staleFigures()), ...brokenLinks(), ...brokenSnippets()]
for (const problem of problems) process.stderr.write(`${problem}\n`)
process.exit(problems.length === 0 ? 0 : 1)
