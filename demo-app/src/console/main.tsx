/** `/console`: for whoever runs the system. */
import { start } from '../ui/start.tsx';
import { App } from './app.tsx';
import 'uplot/dist/uPlot.min.css';
import './console.css';

void start('console', ({ desk }) => <App hasLab={desk.hasLab} />);
