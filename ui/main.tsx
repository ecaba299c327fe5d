import { render } from 'preact'
import { App } from './app.tsx'
import './page.css'
import 'uplot/dist/uPlot.min.css'

const place = document.getElementById('page')!
place.replaceChildren()
render(<App />, place)
