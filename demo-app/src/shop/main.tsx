/** `/shop`: for whoever buys. */
import { start } from '../ui/start.tsx';
import { App } from './app.tsx';
import { CartProvider } from './my-cart.tsx';
import './shop.css';

void start('shop', () => (
  <CartProvider>
    <App />
  </CartProvider>
));
