/** `npm run docs`: writes the pages that follow from the code. */
import { writeErrorsPage } from './errors-page.js'

await writeErrorsPage()
