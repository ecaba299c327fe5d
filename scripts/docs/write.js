/** `npm run docs`: writes the pages that follow from the code. */
import { writeApiReports } from './api-report.js'
import { writeErrorsPage } from './errors-page.js'
import { writeFaultsPage } from './faults-page.js'
import { writeFigures } from './figures.js'

await writeErrorsPage()
writeApiReports()
writeFaultsPage()
await writeFigures()
