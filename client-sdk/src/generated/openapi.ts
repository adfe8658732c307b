/**
 * Generated from the OpenAPI document of a region: `npm run sdk:types` writes it anew, and a test fails
 * where it is not what the document says. Without the refusals: each of them is a TallystickError.
 */
export interface paths {
    "/v1/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List products by SKU
         * @description This region answers it alone, whoever else can be reached.
         */
        get: operations["listProducts"];
        put?: never;
        /**
         * Add a product
         * @description The SKU is its name for ever. The same product again is the first answer. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["createProduct"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/products/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add or replace many products
         * @description A file of any length, read as it comes: CSV with a header, or a JSON object a line (NDJSON). The answer is NDJSON too: a result for each row in order, and a last line with `done` and the sums. A row that is refused stops no other; the same file again changes nothing. CSV columns: sku, name or name_LOCALE, description_LOCALE, base_unit, units (case=12|box=4), barcodes (separated by |), price_CURRENCY (9.95), tax_percent (19), tax_included (true or false). It needs the authority: 503 while that cannot be reached.
         */
        post: operations["importProducts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/products/{sku}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a product
         * @description This region answers it alone, whoever else can be reached.
         */
        get: operations["getProduct"];
        /**
         * Replace a product
         * @description Whatever the body leaves out is gone or as at the beginning. The base unit stays. It needs the authority: 503 while that cannot be reached.
         */
        put: operations["replaceProduct"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change parts of a product
         * @description A JSON merge patch (RFC 7396): fields that are named are replaced, `null` takes one out. It needs the authority: 503 while that cannot be reached.
         */
        patch: operations["patchProduct"];
        trace?: never;
    };
    "/v1/products/{sku}/discontinue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a product out of the range
         * @description What is left of it is still sold. It is listed only where `status` asks for it. Doing it twice is doing it once. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["discontinueProduct"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/locations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List locations by id
         * @description This region answers it alone, whoever else can be reached.
         */
        get: operations["listLocations"];
        put?: never;
        /**
         * Add a location
         * @description Its id, kind, keeper and currency stay: stock and sales are written down with them. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["createLocation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/locations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a location
         * @description This region answers it alone, whoever else can be reached.
         */
        get: operations["getLocation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change parts of a location
         * @description A JSON merge patch (RFC 7396): fields that are named are replaced, `null` takes one out. It needs the authority: 503 while that cannot be reached.
         */
        patch: operations["patchLocation"];
        trace?: never;
    };
    "/v1/inventory/adjustments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Receive, take back, count, write off or correct goods
         * @description Carried out by the keeper of each location, once for each document; all or nothing for each keeper. It needs the keeper of the place: 503 while that cannot be reached.
         */
        post: operations["adjustInventory"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/inventory": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List stock by SKU
         * @description This region answers it alone, whoever else can be reached.
         */
        get: operations["listInventory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/inventory/{sku}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the stock of a product
         * @description This region answers it alone, whoever else can be reached.
         */
        get: operations["getInventory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/inventory/{sku}/locations/{locationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Say how many were counted
         * @description An absolute count of goods on hand at one place. It names the value that it replaces, so that a sale between looking and saying is not lost. It needs the keeper of the place: 503 while that cannot be reached.
         */
        put: operations["setCounted"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/inventory/{sku}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what happened to the stock of a product, newest first
         * @description From the books: who did what, when and why. Of one location, the changes of `onHand` and `available` add up to what the books say of it. What a replica has not told yet is not there, and takes its place by when it happened. It needs the authority: 503 while that cannot be reached.
         */
        get: operations["listMovements"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/inventory/{sku}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Account for every unit, replica by replica
         * @description What the books know: what a replica that is cut off has not told yet is not in it. It needs the authority: 503 while that cannot be reached.
         */
        get: operations["explainInventory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transfers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List transfers by id
         * @description This region answers it alone, whoever else can be reached.
         */
        get: operations["listTransfers"];
        put?: never;
        /**
         * Announce a delivery, or send goods from one place to another
         * @description Until they are received the goods are `incoming` at the place that they go to. With `from` they leave that place now, by its keeper, and are on hand nowhere; without, they come from outside. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["createTransfer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transfers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a transfer
         * @description This region answers it alone, whoever else can be reached.
         */
        get: operations["getTransfer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transfers/{id}/receipts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Receive what came, in part or in full
         * @description Carried out by the keeper of the place, once for each receipt. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["receiveTransfer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transfers/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Expect the rest no longer
         * @description What came stays. Goods that left another place for this one are received where they turn up, by an adjustment. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["cancelTransfer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/inventory/{sku}/locations/{locationId}/threshold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the threshold of a product at a location
         * @description It needs the authority: 503 while that cannot be reached.
         */
        get: operations["getThreshold"];
        /**
         * Say how few of a product at a location are low
         * @description The event `stock.low` is told when what can be promised falls to it, at once where it is as low already, and again only after it rose above. It needs the authority: 503 while that cannot be reached.
         */
        put: operations["putThreshold"];
        post?: never;
        /**
         * Remove the threshold of a product at a location
         * @description It needs the authority: 503 while that cannot be reached.
         */
        delete: operations["removeThreshold"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List orders, newest first
         * @description From the books: an order appears once it has settled, in its place by when it was placed. It needs the authority: 503 while that cannot be reached.
         */
        get: operations["listOrders"];
        put?: never;
        /**
         * Place an order
         * @description All lines are sold, or none. A line without a location is served from where this region prefers. Prices come from the catalogue. `waitMs` is how long to wait for units from elsewhere. This region answers it alone, whoever else can be reached.
         */
        post: operations["createOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Place many orders at once
         * @description Up to 10,000 lines. All orders are sold in one commit, or none; lines of one SKU are summed before they are checked. With `partial=true` each order stands for itself, and the answer is 207 with a result for each. Orders that were placed before are answered again and not placed again. With the header `Prefer: respond-async` the answer is 202 as soon as the batch is written down; its `Location` says what became of it, also after a restart. This region answers it alone, whoever else can be reached.
         */
        post: operations["createOrders"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/order-batches/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what became of a batch that was sent with Prefer: respond-async
         * @description While it runs the answer says when to ask again. The last two hundred can be asked for; orders themselves for much longer. This region answers it alone, whoever else can be reached.
         */
        get: operations["getOrderBatch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an order with its lines
         * @description Orders of this region are read here; those of others come from the books. This region answers it alone, whoever else can be reached.
         */
        get: operations["getOrder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel an order or lines of it
         * @description What has not left is free again at once, exactly once. What has left comes back as a return. Where the region was restored from a backup after it took the order, the order is cancelled at once, and its units are free when an operator has counted them. It needs the replica that owns it: 503 while that cannot be reached.
         */
        post: operations["cancelOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{id}/shipments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ship lines of an order
         * @description Carried out by the keeper of each place where the goods stand; all or nothing for each keeper. It needs the keeper of the place: 503 while that cannot be reached.
         */
        post: operations["createShipment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Move an order on
         * @description confirmed → processing, shipped, cancelled; processing → shipped, cancelled; shipped → delivered, returned; delivered → returned. `shipped` ships all that is left, `returned` takes all back, `cancelled` cancels. The status that it has already is no move, and is answered with the order. It needs the replica that owns it: 503 while that cannot be reached.
         */
        put: operations["setOrderStatus"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{id}/returns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take goods of an order back
         * @description Received by the keeper of the place where they came back, once; never more than was sold. It needs the keeper of the place: 503 while that cannot be reached.
         */
        post: operations["createReturn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/holds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set units aside
         * @description All lines or none. A line without a location is held where this region prefers. This region answers it alone, whoever else can be reached.
         */
        post: operations["createHold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/holds/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a hold
         * @description This region answers it alone, whoever else can be reached.
         */
        get: operations["getHold"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/holds/{id}/extend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a hold more time
         * @description This region answers it alone, whoever else can be reached.
         */
        post: operations["extendHold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/holds/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a hold an order
         * @description All that is held is sold. The order’s id is the body’s, the Idempotency-Key’s, or the hold’s. This region answers it alone, whoever else can be reached.
         */
        post: operations["confirmHold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/holds/{id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give held units back
         * @description Once, however often it is asked for. This region answers it alone, whoever else can be reached.
         */
        post: operations["releaseHold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Register a customer
         * @description Orders name the customer by `id`. The same again is the first answer. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["createCustomer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a customer
         * @description It needs the authority: 503 while that cannot be reached.
         */
        get: operations["getCustomer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change parts of a customer
         * @description A JSON merge patch (RFC 7396): fields that are named are replaced, `null` takes one out. It needs the authority: 503 while that cannot be reached.
         */
        patch: operations["patchCustomer"];
        trace?: never;
    };
    "/v1/customers/{id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Give out all that is known of a customer
         * @description Personal data, and all orders that name the customer, newest first, page by page. It needs the authority: 503 while that cannot be reached.
         */
        get: operations["exportCustomer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}/erase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Forget a customer, for good
         * @description The key to the personal data is destroyed, so that nobody can read it any more, in backups of the table neither. Orders keep the opaque id. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["eraseCustomer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/carts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a cart
         * @description Anybody may: its token is what opens it. Nobody gets the token a second time. This region answers it alone, whoever else can be reached.
         */
        post: operations["createCart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/carts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a cart
         * @description With prices as of now, and how many there are as last heard. This region answers it alone, whoever else can be reached.
         */
        get: operations["getCart"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Set customer, note, gift or delivery
         * @description Of two devices that set the same, the later stays. null takes one away. This region answers it alone, whoever else can be reached.
         */
        patch: operations["patchCart"];
        trace?: never;
    };
    "/v1/carts/{id}/lines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add units to a cart
         * @description Added to what is there. With an Idempotency-Key they are added once, however often it is sent. This region answers it alone, whoever else can be reached.
         */
        post: operations["addCartLine"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/carts/{id}/lines/{sku}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set a line’s quantity
         * @description Replaces what this region knows of the line. What a device adds meanwhile comes on top. This region answers it alone, whoever else can be reached.
         */
        put: operations["setCartLine"];
        post?: never;
        /**
         * Remove a line
         * @description This region answers it alone, whoever else can be reached.
         */
        delete: operations["removeCartLine"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/carts/{id}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take over a guest’s cart
         * @description Its lines are added once, however often it is asked for; the guest’s cart is closed. This region answers it alone, whoever else can be reached.
         */
        post: operations["mergeCarts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/carts/{id}/checkout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a cart an order
         * @description One order, on however many devices the button is pressed; each of them gets it. `total` is what the shopper saw: where prices or lines have changed since, nothing is ordered. If-Match also tells lines apart that cost the same. This region answers it alone, whoever else can be reached.
         */
        post: operations["checkoutCart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/carts/{id}/order": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the order that a cart became
         * @description So a shopper, who has the cart’s token and no other, sees how far it is. This region answers it alone, whoever else can be reached.
         */
        get: operations["getCartOrder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow what happens, in the order of the books
         * @description One sequence, three ways. With `Accept: text/event-stream` each event is sent as it comes, its id as the id of the stream: a browser that reconnects sends it as `Last-Event-ID` and goes on from there. As a WebSocket, each message is an event. Otherwise events come as a list; with `wait` the answer is kept until there is one, or for so long. Values of one filter are alternatives; filters narrow each other. A stream says `event: status` now and again, with a position as its id up to which nothing is left to be told; a socket `{"status": …}`. The last word is `event: end` or `{"end": …}`, a problem with `after` to go on from: to a reader that takes too little for too long, whose token has ended, or whose place is not kept any more. This region answers it alone, whoever else can be reached.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shape": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow the rows of a table
         * @description The shape protocol of Electric: made for its client, `@electric-sql/client`, which reads what is there and then each change as it is committed. Each table wants its own scope beside `shapes:read`, and a business client is shown its own orders alone, whatever it asks for. An answer with status 409 says that all is to be read anew. It needs the authority: 503 while that cannot be reached.
         */
        get: operations["getShape"];
        put?: never;
        /**
         * Read some rows of a shape
         * @description Rows as they are now, of a shape of which only changes are followed (`log=changes_only`): what `requestSnapshot` of `@electric-sql/client` asks for with `method: "POST"`. By GET it is asked for with `subset__where` and the like, as long as the URL is not too long. Whose rows they may be is as it is for the shape. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["readShapeSubset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhook endpoints
         * @description It needs the authority: 503 while that cannot be reached.
         */
        get: operations["listWebhooks"];
        put?: never;
        /**
         * Have events sent to you, from now on
         * @description Signed as Standard Webhooks has it, in the order of the feed, each at least once under the same id. What is not taken with 2xx is tried ten times over three days, and nothing behind it is sent meanwhile; 410 disables the endpoint. The secret is shown in this answer alone; the same request again gets it again. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a webhook endpoint
         * @description It needs the authority: 503 while that cannot be reached.
         */
        get: operations["getWebhook"];
        put?: never;
        post?: never;
        /**
         * Remove a webhook endpoint and what is known of its deliveries
         * @description It needs the authority: 503 while that cannot be reached.
         */
        delete: operations["removeWebhook"];
        options?: never;
        head?: never;
        /**
         * Change, disable or enable a webhook endpoint
         * @description It needs the authority: 503 while that cannot be reached.
         */
        patch: operations["patchWebhook"];
        trace?: never;
    };
    "/v1/webhooks/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace the secret of a webhook endpoint
         * @description For 24 hours what is sent is signed with both, the new one and the one before. Under an Idempotency-Key it is replaced once, however often you ask. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test event, now
         * @description One attempt of type `webhook.test`, whether the endpoint is enabled or not. The answer says how it went. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what was sent to an endpoint, with every attempt
         * @description It needs the authority: 503 while that cannot be reached.
         */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/deliveries/{eventId}/redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an event again, now
         * @description One attempt, beside the order of the feed; for any event that is kept. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["redeliver"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replicas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List replicas by id
         * @description It needs the authority: 503 while that cannot be reached.
         */
        get: operations["listReplicas"];
        put?: never;
        /**
         * Make room for a new replica, and a code to enrol it
         * @description The device trades the code for its place in the tree, once. The same again gives a new code, and the one before is void: so a device whose key was lost comes back. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["addReplica"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replicas/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a replica: its link, its lag, its lives
         * @description It needs the authority: 503 while that cannot be reached.
         */
        get: operations["getReplica"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/fleet": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See the whole tree at once: links, lag and sales of every replica
         * @description At most a thousand replicas, by id, without those that were retired. Each is asked at most once a second, however often this is called; one that cannot be reached has `lag` and `sales` null. It needs the authority: 503 while that cannot be reached.
         */
        get: operations["readFleet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/fleet/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See how selling went in the whole fleet, over the last minutes or the last day
         * @description Sums over all replicas that only grow: what lies between two points happened between them. At most 360 points, oldest first, the last one of this moment. Up to a day is kept, in the memory of the process at the books that answers: `since` says when that began. It needs the authority: 503 while that cannot be reached.
         */
        get: operations["readFleetHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replicas/{id}/rights": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what a replica may sell, product by product
         * @description As the books know it, over all its lives; what it has not told yet is not in it. It needs the authority: 503 while that cannot be reached.
         */
        get: operations["listReplicaRights"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replicas/{id}/retire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Shut out a replica that will not come back
         * @description Its key opens nothing any more. Of what it held only what was counted is taken back; it may be repeated under another id when more turns up. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["retireReplica"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List business clients by id
         * @description This region answers it alone, whoever else can be reached.
         */
        get: operations["listClients"];
        put?: never;
        /**
         * Add a business client
         * @description Its credentials see its own orders, holds and customers alone. Orders name it as `client`. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["createClient"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clients/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a business client
         * @description This region answers it alone, whoever else can be reached.
         */
        get: operations["getClient"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change parts of a business client
         * @description A JSON merge patch (RFC 7396): fields that are named are replaced, `null` takes one out. A `suspended` client’s credentials let nobody in. It needs the authority: 503 while that cannot be reached.
         */
        patch: operations["patchClient"];
        trace?: never;
    };
    "/v1/credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List credentials by id, without their secrets
         * @description This region answers it alone, whoever else can be reached.
         */
        get: operations["listCredentials"];
        put?: never;
        /**
         * Make a credential
         * @description With its id and secret a program gets tokens at `POST /oauth/token` (OAuth 2.0 client credentials). The secret is shown once; if the answer was lost, rotate it. Nobody gives more than they have. Roles and their scopes:
         *
         *     - `integrator`: `products:read`, `locations:read`, `inventory:read`, `shapes:read`, `orders:read`, `orders:write`, `holds:read`, `holds:write`, `carts:read`, `carts:write`, `customers:read`, `customers:write`, `products:write`, `locations:write`, `inventory:write`, `inventory:explain`, `orders:fulfil`, `events:read`, `webhooks:read`, `webhooks:write`
         *     - `client`: `products:read`, `locations:read`, `inventory:read`, `shapes:read`, `orders:read`, `orders:write`, `holds:read`, `holds:write`, `customers:read`, `customers:write`, `events:read`
         *     - `cashier`: `products:read`, `locations:read`, `inventory:read`, `shapes:read`, `orders:read`, `orders:write`, `holds:read`, `holds:write`
         *     - `manager`: `products:read`, `locations:read`, `inventory:read`, `shapes:read`, `orders:read`, `orders:write`, `holds:read`, `holds:write`, `carts:read`, `carts:write`, `customers:read`, `customers:write`, `inventory:write`, `inventory:explain`, `orders:fulfil`, `events:read`, `replicas:read`, `cashiers:read`, `cashiers:write`
         *     - `operator`: `products:read`, `products:write`, `locations:read`, `locations:write`, `inventory:read`, `inventory:write`, `inventory:explain`, `orders:read`, `orders:write`, `orders:fulfil`, `holds:read`, `holds:write`, `carts:read`, `carts:write`, `customers:read`, `customers:write`, `events:read`, `webhooks:read`, `webhooks:write`, `replicas:read`, `replicas:write`, `access:read`, `access:write`, `cashiers:read`, `cashiers:write`, `audit:read`, `shapes:read`, `tables:read`
         *     - `auditor`: `products:read`, `locations:read`, `inventory:read`, `shapes:read`, `inventory:explain`, `orders:read`, `holds:read`, `events:read`, `webhooks:read`, `replicas:read`, `access:read`, `cashiers:read`, `audit:read` It needs the authority: 503 while that cannot be reached.
         */
        post: operations["createCredential"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/credentials/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a credential, without its secrets
         * @description This region answers it alone, whoever else can be reached.
         */
        get: operations["getCredential"];
        put?: never;
        post?: never;
        /**
         * Revoke a credential, for good
         * @description Its tokens open nothing at this region when this is answered, and at others when they hear of it: within seconds while their links are up. Nobody revokes the credential that they came in with. It needs the authority: 503 while that cannot be reached.
         */
        delete: operations["revokeCredential"];
        options?: never;
        head?: never;
        /**
         * Change the name or the addresses of a credential
         * @description A JSON merge patch (RFC 7396): fields that are named are replaced, `null` takes one out. It needs the authority: 503 while that cannot be reached.
         */
        patch: operations["patchCredential"];
        trace?: never;
    };
    "/v1/credentials/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a credential a new secret
         * @description The one before goes on for `overlapMinutes` (a day, if left out), so that nothing stands still meanwhile. Two at most are valid. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["rotateCredential"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cashiers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List cashiers by id, without their PINs
         * @description This region answers it alone, whoever else can be reached.
         */
        get: operations["listCashiers"];
        put?: never;
        /**
         * Add somebody who signs in with a PIN
         * @description Shops and tills at their places hear of it by their links, and check the PIN by themselves from then on, with the line up or down. Only a slow hash of the PIN leaves this door. If the answer was lost, give them a new PIN. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["createCashier"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cashiers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a cashier
         * @description This region answers it alone, whoever else can be reached.
         */
        get: operations["getCashier"];
        put?: never;
        post?: never;
        /**
         * Take a cashier out
         * @description It needs the authority: 503 while that cannot be reached.
         */
        delete: operations["removeCashier"];
        options?: never;
        head?: never;
        /**
         * Change what a cashier may do, or where
         * @description A JSON merge patch (RFC 7396): fields that are named are replaced, `null` takes one out. Whoever is signed in as them at a till that hears of it must sign in again. It needs the authority: 503 while that cannot be reached.
         */
        patch: operations["patchCashier"];
        trace?: never;
    };
    "/v1/cashiers/{id}/pin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a cashier a new PIN
         * @description The one before opens nothing any more where this was heard of. A wait after wrong PINs ends. It needs the authority: 503 while that cannot be reached.
         */
        post: operations["changePin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed what, when and from where
         * @description Products, locations, replicas, clients, credentials, signing keys and customers (without what they say), and the heads of writers as they came in. What happened to goods and orders is told by their own history. `scripts/verify-audit.mjs` checks what `order=asc` gives, from its first page on, without anything of ours. It needs the authority: 503 while that cannot be reached.
         */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check the trail and every writer’s chain, from their first entries
         * @description Names what was changed, is missing, was swapped or cut off, also where whole chains were made anew: against the heads in the trail, and the heads of the trail that this region has kept. It reads everything and takes its time. It needs the authority: 503 while that cannot be reached.
         */
        get: operations["verifyAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shortages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List products that are short or low, by place
         * @description As last told by `stock.shortage` and `stock.low`, from the books. It needs the authority: 503 while that cannot be reached.
         */
        get: operations["listShortages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List entries that were put aside as evidence
         * @description Entries that are in no place of their writer’s chain: of a database that was put back, or of somebody who pretends. They count for nothing and are kept for ever. It needs the authority: 503 while that cannot be reached.
         */
        get: operations["listQuarantine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "order.settled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An order is in the books: sold once, for good.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-order.settled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "order.processing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Somebody has begun to put an order together.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-order.processing"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "order.shipped": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Goods of an order left the location that keeps them.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-order.shipped"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "order.delivered": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The owner of an order says that it was delivered.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-order.delivered"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "order.completed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The goods are with a buyer who is known by name. What a survey or marketing tool waits for.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-order.completed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "order.cancelled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lines of an order were cancelled before their goods left; the units can be sold again.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-order.cancelled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "order.returned": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Goods of an order came back.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-order.returned"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "order.duplicate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An order came in a second time from another owner. The first stands; the copy is being cancelled.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-order.duplicate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "order.duplicate_cancelled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lines of the copy of an order were cancelled; the order itself stands.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-order.duplicate_cancelled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "stock.level_changed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * There are more or fewer of a product at a location: at most a few a second each, the last one true.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-stock.level_changed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "stock.low": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What can be promised of a product at a location has fallen to its threshold.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-stock.low"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "stock.shortage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * More of a product is owed at a location than anybody can cover, or more than before.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-stock.shortage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "stock.received": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Goods came in.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-stock.received"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "stock.lost": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Goods were written off.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-stock.lost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "stock.counted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Goods were counted.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-stock.counted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "cart.abandoned": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A cart has something in it, and nobody touched it for a while. Once for each cart.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-cart.abandoned"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "replica.offline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A replica has not been connected for a while. It goes on selling what it holds.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-replica.offline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "replica.online": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A replica that was said to be offline is connected again.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-replica.online"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "replica.fenced": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A life of a replica was shut out: what it says from here on is settled apart.
         * @description Version 1 of its data. The headers are those of Standard Webhooks.
         */
        post: operations["on-replica.fenced"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "webhook.test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Somebody wants to know whether the endpoint answers. One attempt, whatever types it asked for.
         * @description It is no event of the feed. The headers are those of Standard Webhooks.
         */
        post: operations["on-webhook.test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        NewProduct: {
            /** @description Stable name of an article: 1 to 64 visible characters. */
            sku: string;
            /**
             * @example {
             *       "en": "Desk lamp",
             *       "de-CH": "Pultlampe"
             *     }
             */
            names: {
                [key: string]: string;
            };
            /**
             * @example {
             *       "en": "Desk lamp",
             *       "de-CH": "Pultlampe"
             *     }
             */
            descriptions?: {
                [key: string]: string;
            };
            /**
             * @description What one unit of stock is. It can never be changed. Usually "piece".
             * @example piece
             */
            baseUnit?: string;
            /** @description Other units in which it is sold, such as a case of 12. */
            units?: {
                /** @example piece */
                unit: string;
                /** @description Base units in one of it, exactly. */
                basePerUnit: number;
                barcodes?: string[];
            }[];
            barcodes?: string[];
            /**
             * @description By ISO 4217 currency, in whole minor units: 995 is 9.95.
             * @example {
             *       "EUR": 995
             *     }
             */
            prices: {
                [key: string]: number;
            };
            /** @description In basis points: 1900 is 19 %. Usually 0. */
            taxRateBp?: number;
            /** @description Whether prices include the tax. Usually true. */
            taxIncluded?: boolean;
        };
        Product: {
            sku: string;
            names: Record<string, never>;
            descriptions: Record<string, never>;
            baseUnit: string;
            units: {
                unit: string;
                basePerUnit: number;
                barcodes: string[];
            }[];
            barcodes: string[];
            prices: Record<string, never>;
            taxRateBp: number;
            taxIncluded: boolean;
            /** @enum {string} */
            status: "active" | "discontinued";
        };
        Problem: {
            /**
             * Format: uri
             * @description A page about this code.
             */
            type: string;
            /** @description What to do about errors of this code. */
            title: string;
            status: number;
            /**
             * @description Stable: read this, not the words.
             * @enum {string}
             */
            code: "unauthenticated" | "unknown_replica" | "bad_signature" | "enrolment_refused" | "forbidden" | "identity_in_use" | "replica_retired" | "replica_fenced" | "unsupported_version" | "malformed_frame" | "unsupported_media_type" | "body_too_large" | "malformed_body" | "invalid_request" | "not_found" | "method_not_allowed" | "unknown_sku" | "unknown_location" | "unknown_order" | "unknown_customer" | "unknown_hold" | "unknown_cart" | "unknown_transfer" | "unknown_webhook" | "position_gone" | "precondition_required" | "precondition_failed" | "not_keeper" | "kept_elsewhere" | "not_owner" | "already_exists" | "request_under_way" | "document_differs" | "already_done" | "hold_ended" | "hold_capturing" | "already_cancelled" | "status_move_refused" | "cart_closed" | "cart_empty" | "cart_changed" | "already_departed" | "more_than_ordered" | "count_outdated" | "override_limit" | "former_lives_unknown" | "insufficient_stock" | "quantity_out_of_range" | "rate_limited" | "keeper_unreachable" | "owner_unreachable" | "parent_unreachable" | "authority_unreachable" | "overloaded" | "read_only" | "stopping" | "internal";
            /** @description What was wrong this time. */
            detail: string;
            /** @description Where the request is wrong; JSON pointers into the body. */
            errors?: {
                pointer: string;
                message: string;
            }[];
            /** @description Where stock is short, and what is left of it. */
            items?: {
                sku: string;
                location: string;
                requested: number;
                /** @description What is left there as far as this region knows; less than was asked. */
                available: number;
                /** @enum {string} */
                reason: "none_left" | "too_few_left";
            }[];
        };
        ImportResult: {
            /** @description Counted from 1, without a header. */
            row?: number;
            sku?: string;
            /** @enum {string} */
            result?: "created" | "changed" | "same" | "refused";
            code?: string;
            message?: string;
            pointer?: string;
            /** @description On the last line: whether the file was read to its end. */
            done?: boolean;
        };
        ProductPage: {
            items: components["schemas"]["Product"][];
            /** @description Null on the last page. */
            nextCursor: string | null;
        };
        ReplacementProduct: {
            /**
             * @example {
             *       "en": "Desk lamp",
             *       "de-CH": "Pultlampe"
             *     }
             */
            names: {
                [key: string]: string;
            };
            /**
             * @example {
             *       "en": "Desk lamp",
             *       "de-CH": "Pultlampe"
             *     }
             */
            descriptions?: {
                [key: string]: string;
            };
            /**
             * @description What one unit of stock is. It can never be changed. Usually "piece".
             * @example piece
             */
            baseUnit?: string;
            /** @description Other units in which it is sold, such as a case of 12. */
            units?: {
                /** @example piece */
                unit: string;
                /** @description Base units in one of it, exactly. */
                basePerUnit: number;
                barcodes?: string[];
            }[];
            barcodes?: string[];
            /**
             * @description By ISO 4217 currency, in whole minor units: 995 is 9.95.
             * @example {
             *       "EUR": 995
             *     }
             */
            prices: {
                [key: string]: number;
            };
            /** @description In basis points: 1900 is 19 %. Usually 0. */
            taxRateBp?: number;
            /** @description Whether prices include the tax. Usually true. */
            taxIncluded?: boolean;
        };
        ProductPatch: {
            names?: {
                [key: string]: string | null;
            };
            descriptions?: {
                [key: string]: string | null;
            } | null;
            units?: {
                /** @example piece */
                unit: string;
                /** @description Base units in one of it, exactly. */
                basePerUnit: number;
                barcodes?: string[];
            }[];
            barcodes?: string[];
            prices?: {
                [key: string]: number | null;
            };
            taxRateBp?: number;
            taxIncluded?: boolean;
            /** @enum {string} */
            status?: "active" | "discontinued";
        };
        NewLocation: {
            /**
             * @description Lower-case letters, digits and dashes.
             * @example berlin
             */
            id: string;
            name: string;
            /** @enum {string} */
            kind: "store" | "warehouse";
            /** @description The replica that stands where the goods stand: it alone receives, counts and ships. */
            keeper: string;
            /**
             * @description An IANA time zone.
             * @example Europe/Berlin
             */
            timeZone: string;
            currency: string;
            taxJurisdiction?: string;
            address?: string;
            /** @description Degrees north and east; sourcing can prefer what is near. */
            position?: {
                lat: number;
                lon: number;
            };
        };
        Location: {
            id: string;
            name: string;
            /** @enum {string} */
            kind: "store" | "warehouse";
            keeper: string;
            timeZone: string;
            currency: string;
            taxJurisdiction?: string;
            address?: string;
            position?: {
                lat: number;
                lon: number;
            };
        };
        LocationPage: {
            items: components["schemas"]["Location"][];
            /** @description Null on the last page. */
            nextCursor: string | null;
        };
        LocationPatch: {
            name?: string;
            /**
             * @description An IANA time zone.
             * @example Europe/Berlin
             */
            timeZone?: string;
            taxJurisdiction?: string | null;
            address?: string | null;
            position?: {
                lat: number;
                lon: number;
            } | null;
        };
        NewAdjustment: {
            id?: string;
            /** @enum {string} */
            type: "receive" | "return" | "count" | "damage" | "correct";
            /** @description Usually "". */
            reason?: string;
            /** @description For returns: the order whose goods come back. */
            orderId?: string;
            lines: {
                sku: string;
                locationId: string;
                /** @description receive, return, damage: units, from 1. count: goods found, from 0. correct: units more or fewer. */
                quantity: number;
                lineId?: string;
            }[];
        };
        Adjustment: {
            id: string;
            type: string;
            results: {
                keeper: string;
                ok: boolean;
                replayed?: boolean;
                code?: string;
                detail?: string;
            }[];
        };
        StockPage: {
            items: components["schemas"]["Stock"][];
            /** @description Null on the last page. */
            nextCursor: string | null;
        };
        Stock: {
            sku: string;
            name: string;
            unit: string;
            /** @description Goods that stand there. A hint of `asOf`. */
            onHand: number;
            /** @description What was not sold, wherever it may be sold from; what a hold has set aside is among it. A hint of `asOf`. */
            available: number;
            /** @description Sold, and not yet gone. A hint of `asOf`. */
            committed: number;
            /** @description On its way there: announced or sent by a transfer, and not yet received. A hint. */
            incoming: number;
            /** @description Units handed over or missing without a right to them, by this region and those below it; they are in committed. */
            owed: number;
            /** @description What this region can sell now without asking. Exact. */
            sellableHere: number;
            locations: {
                locationId: string;
                /** @description Goods that stand there. A hint of `asOf`. */
                onHand: number;
                /** @description What was not sold, wherever it may be sold from; what a hold has set aside is among it. A hint of `asOf`. */
                available: number;
                /** @description Sold, and not yet gone. A hint of `asOf`. */
                committed: number;
                /** @description On its way there: announced or sent by a transfer, and not yet received. A hint. */
                incoming: number;
                /** @description Units handed over or missing without a right to them, by this region and those below it; they are in committed. */
                owed: number;
                /** @description What this region can sell now without asking. Exact. */
                sellableHere: number;
            }[];
            /** @description When the hints were true. */
            asOf: string | null;
        };
        NewCount: {
            id?: string;
            /** @description Goods on hand as counted. */
            found: number;
            /** @description What the books said when you looked: `onHand` of that place. Another value by now is refused. */
            replaces: number;
            /** @description Usually "count". */
            reason?: string;
        };
        MovementPage: {
            items: components["schemas"]["Movement"][];
            /** @description Null on the last page. */
            nextCursor: string | null;
        };
        Movement: {
            /**
             * Format: date-time
             * @description By the clock of whoever did it.
             */
            at: string;
            /**
             * @description moved: goods that left for another location, or came from one. sold: promised to an order; the goods left with it only where onHand says so.
             * @enum {string}
             */
            type: "received" | "sold" | "cancelled" | "shipped" | "returned" | "held" | "released" | "expired" | "counted" | "damaged" | "lost" | "corrected" | "moved";
            locationId: string;
            /** @description Goods that came (more than 0) or left (less). */
            onHand: number;
            /** @description Units that can be sold since, or no longer. */
            available: number;
            /** @description Units set aside for a hold, or no longer. */
            onHold: number;
            /** @description Where it was done. */
            replica: string;
            /** @description Who did it: an opaque id with its role. */
            actor: string;
            /** @description The id of the act: a delivery, an order, a hold, a count. */
            document: string;
            orderId?: string;
            reason?: string;
            /** @description Told by a replica after it was shut out. It counts, unless another replica did the same before. */
            late?: boolean;
        };
        Explanation: {
            sku: string;
            /** @description The account, to be read by people. */
            words: string;
            pools: {
                location: string;
                received: number;
                departed: number;
                onHand: number;
                available: number;
                committed: number;
                owed: number;
                replicas: {
                    replica: string;
                    writer: string;
                    free: number;
                    onHold: number;
                    used: number;
                    owed: number;
                    underWay: number;
                    fenced: string | null;
                }[];
                /** @description Units that one replica ever handed to another. Only grows. */
                passed: {
                    from: string;
                    to: string;
                    units: number;
                }[];
            }[];
        };
        NewTransfer: {
            id?: string;
            /** @description The place of ours that the goods leave now. Left out, they come from outside: a delivery. */
            from?: string;
            /** @description Where they are expected. */
            to: string;
            /** @description Several lines of one SKU are summed. */
            lines: {
                sku: string;
                quantity: number;
            }[];
            /**
             * Format: date-time
             * @description When they should be there; nothing happens by itself at that time.
             */
            expectedAt?: string;
            /** @description Yours: a purchase order, a consignment note. */
            reference?: string;
        };
        Transfer: {
            id: string;
            from?: string;
            to: string;
            lines: {
                sku: string;
                quantity: number;
                received: number;
            }[];
            /** Format: date-time */
            expectedAt?: string;
            reference?: string;
            /**
             * @description expected: something is still to come, and counts as `incoming`. cancelled: the rest is not.
             * @enum {string}
             */
            status: "expected" | "received" | "cancelled";
            /** @description The ids of what was received. */
            receipts: string[];
        };
        TransferPage: {
            items: components["schemas"]["Transfer"][];
            /** @description Null on the last page. */
            nextCursor: string | null;
        };
        NewReceipt: {
            id?: string;
            /** @description What came, more than was announced if so. Left out: all that has not come yet. */
            lines?: {
                sku: string;
                quantity: number;
            }[];
        };
        NewThreshold: {
            /** @description So few are low: told when what can be promised falls to it. */
            threshold: number;
        };
        Threshold: {
            sku: string;
            locationId: string;
            threshold: number;
        };
        NewOrder: {
            id?: string;
            lines: {
                lineId?: string;
                sku: string;
                /** @description In `unit`. */
                quantity: number;
                /** @description One of the product’s units of sale, such as case; its base unit where it is left out. */
                unit?: string;
                locationId?: string;
            }[];
            channel?: string;
            client?: string;
            customer?: string;
            priority?: number;
            currency?: string;
            payments?: {
                method: string;
                amountMinor: number;
                currency: string;
                reference?: string;
            }[];
            /** @description Whether a line without a location may come in pieces from several; each is a line of its own then. */
            allowSplit?: boolean;
            note?: string;
            waitMs?: number;
        };
        Order: {
            id: string;
            /** @enum {string} */
            status: "pending" | "confirmed" | "processing" | "shipped" | "delivered" | "cancelled" | "returned";
            /**
             * @description How far the fact has come: durable here, at the parent, in the books.
             * @enum {string}
             */
            stage: "accepted" | "relayed" | "settled";
            /** @description The replica that took it. */
            owner: string;
            channel: string;
            client?: string;
            customer?: string;
            priority: number;
            /** Format: date-time */
            placedAt: string;
            overrideReason?: string;
            note?: string;
            readonly payments: {
                method: string;
                amountMinor: number;
                currency: string;
                reference?: string;
            }[];
            lines: components["schemas"]["OrderLine"][];
            /** @description True where units had to be asked for elsewhere. */
            waited?: boolean;
        };
        OrderLine: {
            lineId: string;
            sku: string;
            /** @description Where its goods come from. */
            locationId: string;
            /** @description In base units. */
            quantity: number;
            /** @description As it was asked and priced. */
            unit: string;
            /** @description In `unit`. */
            quantityUnits: number;
            unitPrice: {
                amountMinor: number;
                currency: string;
            };
            taxRateBp: number;
            taxIncluded: boolean;
            cancelled: number;
            shipped: number;
            returned: number;
            /** @description Units handed over without a right to them. */
            owed?: number;
            /** @description Shipped at one place and cancelled at another, while cut off. */
            conflict?: boolean;
        };
        NewOrderBatch: {
            /** @description A name for the batch; the first order’s otherwise. */
            id?: string;
            orders: {
                id: string;
                lines: {
                    lineId?: string;
                    sku: string;
                    /** @description In `unit`. */
                    quantity: number;
                    /** @description One of the product’s units of sale, such as case; its base unit where it is left out. */
                    unit?: string;
                    locationId?: string;
                }[];
                channel?: string;
                client?: string;
                customer?: string;
                priority?: number;
                currency?: string;
                payments?: {
                    method: string;
                    amountMinor: number;
                    currency: string;
                    reference?: string;
                }[];
                /** @description Whether a line without a location may come in pieces from several; each is a line of its own then. */
                allowSplit?: boolean;
                note?: string;
            }[];
            waitMs?: number;
        };
        OrderBatch: {
            results: {
                id: string;
                /** @description As the order alone would have been answered. */
                status: number;
                replayed?: boolean;
                order?: components["schemas"]["Order"];
                problem?: components["schemas"]["Problem"];
            }[];
        };
        OrderBatchStatus: {
            results?: {
                id: string;
                /** @description As the order alone would have been answered. */
                status: number;
                replayed?: boolean;
                order?: components["schemas"]["Order"];
                problem?: components["schemas"]["Problem"];
            }[];
            id: string;
            /** @enum {string} */
            status: "running" | "done";
            /** @description Why none of it was placed. */
            problem?: components["schemas"]["Problem"];
        };
        OrderPage: {
            items: components["schemas"]["Order"][];
            /** @description Null on the last page. */
            nextCursor: string | null;
        };
        Cancellation: {
            id?: string;
            reason?: string;
            lineIds?: string[];
        };
        NewShipment: {
            id?: string;
            /** @description All that is left to ship where it is left out. */
            lines?: {
                lineId: string;
                /** @description In base units; all that is left of the line where it is left out. */
                quantity?: number;
            }[];
        };
        MovedGoods: {
            id: string;
            orderId: string;
            results: {
                keeper: string;
                ok: boolean;
                replayed?: boolean;
                code?: string;
                detail?: string;
            }[];
        };
        StatusMove: {
            /** @enum {string} */
            status: "processing" | "shipped" | "delivered" | "cancelled" | "returned";
            reason?: string;
        };
        NewReturn: {
            id?: string;
            /** @description All that left and has not come back where it is left out. */
            lines?: {
                lineId: string;
                /** @description In base units; all that is left of the line where it is left out. */
                quantity?: number;
                /** @description Where it came back; where it came from otherwise. */
                locationId?: string;
            }[];
        };
        NewHold: {
            id?: string;
            lines: {
                sku: string;
                /** @description In `unit`. */
                quantity: number;
                /** @description One of the product’s units of sale, such as case; its base unit where it is left out. */
                unit?: string;
                locationId?: string;
            }[];
            /** @description Whether a line without a location, in base units, may be held in pieces at several. */
            allowSplit?: boolean;
            /** @description For how long, in milliseconds from now; at most a day. */
            ttlMs: number;
            waitMs?: number;
        };
        Hold: {
            id: string;
            /** @enum {string} */
            status: "open" | "capturing" | "ended";
            /** @description By this region’s clock; null once it has ended. */
            expiresAt: string | null;
            /** @description Piece by piece, in base units. */
            lines: {
                sku: string;
                locationId: string;
                quantity: number;
            }[];
        };
        HoldExtension: {
            id?: string;
            /** @description For how long, in milliseconds from now; at most a day. */
            ttlMs: number;
        };
        HoldConfirmation: {
            id?: string;
            channel?: string;
            client?: string;
            customer?: string;
            priority?: number;
            currency?: string;
            payments?: {
                method: string;
                amountMinor: number;
                currency: string;
                reference?: string;
            }[];
            /** @description Whether a line without a location may come in pieces from several; each is a line of its own then. */
            allowSplit?: boolean;
            note?: string;
        };
        NewCustomer: {
            name: string;
            /** Format: email */
            email?: string;
            phone?: string;
            locale?: string;
            address?: {
                lines: string[];
                postalCode?: string;
                city: string;
                country: string;
            };
            /** @description Opaque: no name, e-mail or number of a person. Made here where it is left out. */
            id?: string;
        };
        Customer: {
            id: string;
            name: string;
            /** Format: email */
            email?: string;
            phone?: string;
            locale?: string;
            address?: {
                lines: string[];
                postalCode?: string;
                city: string;
                country: string;
            };
            /** Format: date-time */
            createdAt: string;
        };
        CustomerPatch: {
            name?: string;
            email?: string | null;
            phone?: string | null;
            locale?: string | null;
            address?: {
                lines: string[];
                postalCode?: string;
                city: string;
                country: string;
            } | null;
        };
        CustomerExport: {
            items: components["schemas"]["Order"][];
            /** @description Null on the last page. */
            nextCursor: string | null;
            customer: components["schemas"]["Customer"];
        };
        ErasedCustomer: {
            id: string;
            /** Format: date-time */
            erasedAt: string;
        };
        NewCart: {
            id?: string;
            /** @description Opaque: no name, e-mail or number of a person. */
            customer?: string;
            /** @description At most 500 characters. */
            note?: string;
            gift?: boolean;
            /** @description A way of delivery by its name, such as `standard`. */
            delivery?: string;
            lines?: components["schemas"]["NewCartLine"][];
        };
        NewCartLine: {
            sku: string;
            quantity: number;
        };
        MadeCart: {
            cart: components["schemas"]["Cart"];
            /** @description Opens this cart and nothing else, to read and edit. */
            token: string;
            /** @description Opens it to read alone. */
            readToken: string;
            /**
             * Format: date-time
             * @description When the tokens end.
             */
            expiresAt: string;
            /** @description The path where y-websocket clients edit it; `token` goes into the query. */
            live: string;
        };
        Cart: {
            id: string;
            lines: {
                sku: string;
                /** @description In base units. */
                quantity: number;
                name: string;
                /** @description As of now; null where it is not for sale. */
                unitPrice: {
                    amountMinor: number;
                    currency: string;
                } | null;
                /** @description How many there are to sell, as last heard: a hint. null: never heard. */
                available: number | null;
                /** @description How many of them are set aside for this cart. */
                held: number;
                /**
                 * Format: date-time
                 * @description Until when, unless it is edited before.
                 */
                heldUntil?: string;
            }[];
            customer?: string;
            note?: string;
            gift?: boolean;
            delivery?: string;
            /** @description Tax included; null where a line has no price. */
            total: {
                amountMinor: number;
                currency: string;
            } | null;
            /** @description The order that it became. */
            order?: string;
            /** @description Why nothing was ordered when a live client pressed last, and what it costs now. */
            refused?: {
                code: string;
                total: {
                    amountMinor: number;
                    currency: string;
                } | null;
            };
            /** @description The cart that took over its lines. */
            mergedInto?: string;
        };
        CartQuantity: {
            quantity: number;
        };
        CartPatch: {
            customer?: string | null;
            note?: string | null;
            gift?: boolean | null;
            delivery?: string | null;
        };
        CartMerge: {
            /** @description Made here, or by whoever made the cart; a UUIDv7 is a good choice. */
            cart: string;
            /** @description The guest cart’s own token. */
            token?: string;
        };
        CartCheckout: {
            /** @description The cart’s `total` as the shopper saw it. */
            total: {
                amountMinor: number;
                currency: string;
            };
            payments?: {
                method: string;
                amountMinor: number;
                currency: string;
                reference?: string;
            }[];
            waitMs?: number;
        };
        EventList: {
            items: components["schemas"]["Event"][];
            /** @description Send it as `after` to read on. */
            next: string;
            /** @description When the authority last said that these are all. Null where it never did since the start. */
            asOf: string | null;
            /** @description False while the authority cannot be reached. */
            isConnected: boolean;
        };
        Event: {
            /** @constant */
            specversion: "1.0";
            /** @description The position in the feed. */
            id: string;
            source: string;
            /** @enum {string} */
            type: "order.settled" | "order.processing" | "order.shipped" | "order.delivered" | "order.completed" | "order.cancelled" | "order.returned" | "order.duplicate" | "order.duplicate_cancelled" | "stock.level_changed" | "stock.low" | "stock.shortage" | "stock.received" | "stock.lost" | "stock.counted" | "cart.abandoned" | "replica.offline" | "replica.online" | "replica.fenced";
            subject: string;
            /** Format: date-time */
            time: string;
            /** @constant */
            datacontenttype: "application/json";
            dataschema: string;
            data: Record<string, never>;
        };
        ShapeMessage: {
            /** @description The relation and the key of the row. */
            key?: string;
            /** @description Columns as Postgres writes them. */
            value?: Record<string, never>;
            old_value?: Record<string, never>;
            headers: Record<string, never>;
        };
        NewWebhook: {
            id?: string;
            /** @description Begins with https://, on the public internet. */
            url: string;
            /** @description The events to be sent; all where there is none. Usually []. */
            types?: ("order.settled" | "order.processing" | "order.shipped" | "order.delivered" | "order.completed" | "order.cancelled" | "order.returned" | "order.duplicate" | "order.duplicate_cancelled" | "stock.level_changed" | "stock.low" | "stock.shortage" | "stock.received" | "stock.lost" | "stock.counted" | "cart.abandoned" | "replica.offline" | "replica.online" | "replica.fenced")[];
            /** @description Usually "". */
            description?: string;
        };
        WebhookWithSecret: {
            id: string;
            /** @description Begins with https://, on the public internet. */
            url: string;
            /** @description The events to be sent; all where there is none. */
            types: ("order.settled" | "order.processing" | "order.shipped" | "order.delivered" | "order.completed" | "order.cancelled" | "order.returned" | "order.duplicate" | "order.duplicate_cancelled" | "stock.level_changed" | "stock.low" | "stock.shortage" | "stock.received" | "stock.lost" | "stock.counted" | "cart.abandoned" | "replica.offline" | "replica.online" | "replica.fenced")[];
            description: string;
            isEnabled: boolean;
            disabledBecause: string | null;
            /** @description How many are valid: two or more while one replaces another. */
            secrets: number;
            /** @description The event up to which nothing is due any more. */
            deliveredUpTo: string;
            /** @description That the event behind it has had. */
            attempts: number;
            nextAttemptAt: string | null;
            /** Format: date-time */
            createdAt: string;
            /** @description Keep it: it is shown in this answer alone, and to the same request again. */
            secret: string;
        };
        WebhookList: {
            items: components["schemas"]["Webhook"][];
        };
        Webhook: {
            id: string;
            /** @description Begins with https://, on the public internet. */
            url: string;
            /** @description The events to be sent; all where there is none. */
            types: ("order.settled" | "order.processing" | "order.shipped" | "order.delivered" | "order.completed" | "order.cancelled" | "order.returned" | "order.duplicate" | "order.duplicate_cancelled" | "stock.level_changed" | "stock.low" | "stock.shortage" | "stock.received" | "stock.lost" | "stock.counted" | "cart.abandoned" | "replica.offline" | "replica.online" | "replica.fenced")[];
            description: string;
            isEnabled: boolean;
            disabledBecause: string | null;
            /** @description How many are valid: two or more while one replaces another. */
            secrets: number;
            /** @description The event up to which nothing is due any more. */
            deliveredUpTo: string;
            /** @description That the event behind it has had. */
            attempts: number;
            nextAttemptAt: string | null;
            /** Format: date-time */
            createdAt: string;
        };
        WebhookPatch: {
            /** @description Begins with https://, on the public internet. */
            url?: string;
            /** @description The events to be sent; all where there is none. */
            types?: ("order.settled" | "order.processing" | "order.shipped" | "order.delivered" | "order.completed" | "order.cancelled" | "order.returned" | "order.duplicate" | "order.duplicate_cancelled" | "stock.level_changed" | "stock.low" | "stock.shortage" | "stock.received" | "stock.lost" | "stock.counted" | "cart.abandoned" | "replica.offline" | "replica.online" | "replica.fenced")[];
            description?: string;
            /** @description Enabled again, it goes on where it stopped. */
            isEnabled?: boolean;
        };
        WebhookAttempt: {
            eventId: string;
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            kind: "delivery" | "redelivery" | "test";
            /** @description Null where there was no answer. */
            status: number | null;
            error?: string;
            durationMs: number;
        };
        WebhookDeliveryPage: {
            items: components["schemas"]["WebhookDelivery"][];
            /** @description Null on the last page. */
            nextCursor: string | null;
        };
        WebhookDelivery: {
            eventId: string;
            type: string;
            /** @enum {string} */
            state: "delivered" | "retrying" | "failed";
            attempts: {
                /** Format: date-time */
                at: string;
                /** @enum {string} */
                kind: "delivery" | "redelivery" | "test";
                /** @description Null where there was no answer. */
                status: number | null;
                error?: string;
                durationMs: number;
            }[];
            /** Format: date-time */
            lastAt: string;
        };
        RemovedWebhook: {
            id: string;
        };
        ReplicaPage: {
            items: components["schemas"]["Replica"][];
            /** @description Null on the last page. */
            nextCursor: string | null;
        };
        Replica: {
            id: string;
            /** @enum {string} */
            kind: "region" | "store" | "warehouse" | "terminal" | "channel";
            parent: string;
            location: string | null;
            /** @enum {string} */
            status: "expected" | "enrolled" | "retired";
            /**
             * @description To its parent, as the parent says; unknown where that one cannot be asked.
             * @enum {string}
             */
            link: "up" | "down" | "unknown";
            /** @description How many of its facts stand in the books. */
            settledEntries: number;
            /** @description Why its newest life was shut out. */
            fenced?: string;
            /** Format: date-time */
            createdAt: string;
            /**
             * Format: date-time
             * @description While an enrolment code waits to be used.
             */
            codeExpiresAt?: string;
        };
        ReplicaDetails: {
            id: string;
            /** @enum {string} */
            kind: "region" | "store" | "warehouse" | "terminal" | "channel";
            parent: string;
            location: string | null;
            /** @enum {string} */
            status: "expected" | "enrolled" | "retired";
            /**
             * @description To its parent, as the parent says; unknown where that one cannot be asked.
             * @enum {string}
             */
            link: "up" | "down" | "unknown";
            /** @description How many of its facts stand in the books. */
            settledEntries: number;
            /** @description Why its newest life was shut out. */
            fenced?: string;
            /** Format: date-time */
            createdAt: string;
            /**
             * Format: date-time
             * @description While an enrolment code waits to be used.
             */
            codeExpiresAt?: string;
            children: string[];
            /** @description Oldest first; a restored replica goes on as a new one. */
            lives: {
                writer: string;
                entries: number;
                fenced?: string;
            }[];
            /** @description Null where the replica cannot be asked. */
            lag: {
                /** @description Written down there and not at its parent. */
                unsentEntries: number;
                /** @description Written down there and not in the books. */
                unsettledEntries: number;
            } | null;
        };
        Fleet: {
            /** Format: date-time */
            at: string;
            books: {
                /** @description Entries in the books. */
                entries: number;
            };
            /**
             * Format: date-time
             * @description When the process at the books that answers began to count. Sums with another `since` cannot be compared.
             */
            since: string;
            /** @description Over all replicas, since then. */
            sums: components["schemas"]["FleetSales"];
            items: {
                id: string;
                /** @enum {string} */
                kind: "region" | "store" | "warehouse" | "terminal" | "channel";
                parent: string;
                location: string | null;
                /** @enum {string} */
                status: "expected" | "enrolled" | "retired";
                /**
                 * @description To its parent, as the parent says; unknown where that one cannot be asked.
                 * @enum {string}
                 */
                link: "up" | "down" | "unknown";
                /** @description How many of its facts stand in the books. */
                settledEntries: number;
                /** @description Why its newest life was shut out. */
                fenced?: string;
                /** Format: date-time */
                createdAt: string;
                /**
                 * Format: date-time
                 * @description While an enrolment code waits to be used.
                 */
                codeExpiresAt?: string;
                /** @description Null where the replica cannot be asked. */
                lag: {
                    /** @description Written down there and not at its parent. */
                    unsentEntries: number;
                    /** @description Written down there and not in the books. */
                    unsettledEntries: number;
                } | null;
                /** @description How many lives it has had: one that was put back to an earlier state goes on as a new one. */
                lives: number;
                /** @description Since it was started. Null where the replica cannot be asked. */
                sales: components["schemas"]["FleetSales"] | null;
            }[];
        };
        FleetSales: {
            /** @description Sales. */
            sold: number;
            /** @description Of those: from rights that the seller held, with no question to anybody. */
            soldAtOnce: number;
            /** @description Sales that were refused for want of goods. */
            refused: number;
            /** @description Of those: seconds later it was still said that there were enough somewhere. */
            refusedFalsely: number;
        };
        FleetHistory: {
            /**
             * Format: date-time
             * @description When the process at the books that answers began to count. Sums with another `since` cannot be compared.
             */
            since: string;
            items: {
                /** Format: date-time */
                at: string;
                /** @description Sales. */
                sold: number;
                /** @description Of those: from rights that the seller held, with no question to anybody. */
                soldAtOnce: number;
                /** @description Sales that were refused for want of goods. */
                refused: number;
                /** @description Of those: seconds later it was still said that there were enough somewhere. */
                refusedFalsely: number;
            }[];
        };
        ReplicaRightsPage: {
            items: components["schemas"]["ReplicaRights"][];
            /** @description Null on the last page. */
            nextCursor: string | null;
        };
        ReplicaRights: {
            sku: string;
            locationId: string;
            /** @description Units that it may sell without asking. */
            free: number;
            onHold: number;
            /** @description Units handed over without a right to them. */
            owed: number;
            /** @description Sent to it and not yet taken. */
            underWay: number;
        };
        NewReplica: {
            /**
             * @description Lower-case letters, digits and dashes.
             * @example berlin
             */
            id: string;
            /** @enum {string} */
            kind: "region" | "store" | "warehouse" | "terminal" | "channel";
            /**
             * @description Under whom it stands; `authority` for a region.
             * @example berlin
             */
            parent: string;
            /** @description Usually null. */
            location?: string | null;
            /** @description Usually 60. */
            codeTtlMinutes?: number;
        };
        Enrolment: {
            id: string;
            /** @description To be typed into the device, once. It is shown here alone. */
            code: string;
            /** Format: date-time */
            expiresAt: string;
        };
        NewRetirement: {
            id?: string;
            /** @description What surely was not sold of what it held: only that is taken back. Usually []. */
            counted?: {
                sku: string;
                locationId: string;
                quantity: number;
            }[];
            /** @description True where all below it are lost with it: a shop with its tills. Usually false. */
            withChildren?: boolean;
        };
        Retirement: {
            id: string;
            replica: string;
            /** @description What others may sell now. */
            reclaimed: {
                units: number;
                pools: number;
            };
            /** @description What it may still hold or have sold; `rights` says of which products. */
            left: {
                units: number;
                pools: number;
            };
        };
        NewClient: {
            id: string;
            name: string;
            /**
             * @description Usually "active".
             * @enum {string}
             */
            status?: "active" | "suspended";
        };
        Client: {
            id: string;
            name: string;
            /** @enum {string} */
            status: "active" | "suspended";
        };
        ClientPage: {
            items: components["schemas"]["Client"][];
            /** @description Null on the last page. */
            nextCursor: string | null;
        };
        ClientPatch: {
            name?: string;
            /** @enum {string} */
            status?: "active" | "suspended";
        };
        NewCredential: {
            /** @description The `client_id` of OAuth. Made here where it is left out. */
            id?: string;
            name: string;
            /** @enum {string} */
            role: "integrator" | "client" | "cashier" | "manager" | "operator" | "auditor";
            /** @description The business client that it belongs to; needed for the role `client`. */
            client?: string;
            /** @description From where it may be used: addresses and networks. From anywhere where there are none. Usually []. */
            addresses?: string[];
        };
        CredentialWithSecret: {
            id: string;
            name: string;
            /** @enum {string} */
            role: "integrator" | "client" | "cashier" | "manager" | "operator" | "auditor";
            client?: string;
            addresses: string[];
            /** @enum {string} */
            status: "active" | "revoked";
            /** Format: date-time */
            createdAt: string;
            /** @description Those that are valid, without what they say. */
            secrets: {
                id: string;
                /** Format: date-time */
                createdAt: string;
                expiresAt: string | null;
            }[];
            /** @description Shown this once, and kept nowhere. */
            secret: string;
        };
        CredentialPage: {
            items: components["schemas"]["Credential"][];
            /** @description Null on the last page. */
            nextCursor: string | null;
        };
        Credential: {
            id: string;
            name: string;
            /** @enum {string} */
            role: "integrator" | "client" | "cashier" | "manager" | "operator" | "auditor";
            client?: string;
            addresses: string[];
            /** @enum {string} */
            status: "active" | "revoked";
            /** Format: date-time */
            createdAt: string;
            /** @description Those that are valid, without what they say. */
            secrets: {
                id: string;
                /** Format: date-time */
                createdAt: string;
                expiresAt: string | null;
            }[];
        };
        CredentialPatch: {
            name?: string;
            /** @description From where it may be used: addresses and networks. From anywhere where there are none. */
            addresses?: string[];
        };
        Rotation: {
            /** @description Usually 1440. */
            overlapMinutes?: number;
        };
        NewCashier: {
            /** @description Opaque: it stands in journals for ever. No name belongs here. */
            id: string;
            /**
             * @description A `cashier` sells; a `manager` also moves goods, takes returns and gives overrides.
             * @enum {string}
             */
            role: "cashier" | "manager";
            /** @description Where they work. Their PIN is known there and nowhere else. */
            locations: string[];
            /** @description 4 to 12 digits. Made here where it is left out. */
            pin?: string;
        };
        CashierWithPin: {
            id: string;
            /**
             * @description A `cashier` sells; a `manager` also moves goods, takes returns and gives overrides.
             * @enum {string}
             */
            role: "cashier" | "manager";
            locations: string[];
            /** @description Shown this once, and kept nowhere. */
            pin: string;
        };
        CashierPage: {
            items: components["schemas"]["Cashier"][];
            /** @description Null on the last page. */
            nextCursor: string | null;
        };
        Cashier: {
            id: string;
            /**
             * @description A `cashier` sells; a `manager` also moves goods, takes returns and gives overrides.
             * @enum {string}
             */
            role: "cashier" | "manager";
            locations: string[];
        };
        CashierPatch: {
            /**
             * @description A `cashier` sells; a `manager` also moves goods, takes returns and gives overrides.
             * @enum {string}
             */
            role?: "cashier" | "manager";
            /** @description Where they work. Their PIN is known there and nowhere else. */
            locations?: string[];
        };
        NewPin: {
            /** @description 4 to 12 digits. Made here where it is left out. */
            pin?: string;
        };
        RemovedCashier: {
            id: string;
        };
        AuditPage: {
            items: components["schemas"]["AuditEntry"][];
            /** @description Null on the last page. */
            nextCursor: string | null;
        };
        AuditEntry: {
            seq: number;
            /** @description SHA-256 of `entry`, in hex. */
            hash: string;
            /** Format: date-time */
            at: string;
            /** @description Role and credential, as `integrator:erp`. */
            actor: string;
            /** @description The address that it was asked from. */
            from: string | null;
            /** @description The replica at whose door. */
            via: string | null;
            action: string;
            kind: string;
            id: string;
            /** @description Which fields changed, the new version, a hash of it. */
            what: Record<string, never>;
            /** @description The very text that was hashed. */
            entry: string;
        };
        AuditReport: {
            isWhole: boolean;
            trailEntries: number;
            writers: number;
            entries: number;
            problems: string[];
        };
        ShortagePage: {
            items: components["schemas"]["Shortage"][];
            /** @description Null on the last page. */
            nextCursor: string | null;
        };
        Shortage: {
            sku: string;
            locationId: string;
            onHand: number;
            /** @description Below zero where more is owed than there is. */
            available: number;
            /** @description Units that are owed and nobody can cover. */
            short: number;
            /** @description At or below the threshold that was set for it. */
            isLow: boolean;
        };
        QuarantinePage: {
            items: components["schemas"]["QuarantinedEntry"][];
            /** @description Null on the last page. */
            nextCursor: string | null;
        };
        QuarantinedEntry: {
            /** @description The life of a replica that it claims to be of. */
            writer: string;
            seq: number;
            hash: string;
            reason: string;
            /** @description Its size; the bytes themselves stay in the books. */
            bytes: number;
            /** @description How many entries the books had when it came. */
            position: number;
        };
        TestEvent: {
            /** @constant */
            specversion: "1.0";
            /** @description Of this attempt: it is no position in the feed. */
            id: string;
            source: string;
            /** @constant */
            type: "webhook.test";
            /** @description The endpoint. */
            subject: string;
            /** Format: date-time */
            time: string;
            /** @constant */
            datacontenttype: "application/json";
            dataschema: string;
            data: {
                webhook: string;
            };
        };
        OrderSettled: {
            orderId: string;
            clientId?: string;
            customerId?: string;
            /** @description Who took the order. */
            replica: string;
            channel: string;
            priority: number;
            /** Format: date-time */
            placedAt: string;
            /** @description Whether all goods left with the sale, as over a counter. */
            completed: boolean;
            lines: {
                lineId: string;
                sku: string;
                locationId: string;
                quantity: number;
                unit: string;
                unitPrice: {
                    amountMinor: number;
                    currency: string;
                };
            }[];
            /** @description Lines beyond the first 500, which are left out here: read the document. */
            linesOmitted?: number;
        };
        OrderProcessing: {
            orderId: string;
            clientId?: string;
            customerId?: string;
        };
        OrderShipped: {
            orderId: string;
            clientId?: string;
            customerId?: string;
            documentId: string;
            lines: {
                lineId: string;
                sku: string;
                locationId: string;
                quantity: number;
            }[];
            /** @description Lines beyond the first 500, which are left out here: read the document. */
            linesOmitted?: number;
        };
        OrderDelivered: {
            orderId: string;
            clientId?: string;
            customerId?: string;
        };
        OrderCompleted: {
            orderId: string;
            clientId?: string;
            customerId?: string;
            /** @description Who took the order. */
            replica: string;
            channel: string;
            priority: number;
            /** Format: date-time */
            placedAt: string;
            /** @description Whether all goods left with the sale, as over a counter. */
            completed: boolean;
            lines: {
                lineId: string;
                sku: string;
                locationId: string;
                quantity: number;
                unit: string;
                unitPrice: {
                    amountMinor: number;
                    currency: string;
                };
            }[];
            /** @description Lines beyond the first 500, which are left out here: read the document. */
            linesOmitted?: number;
        };
        OrderCancelled: {
            orderId: string;
            clientId?: string;
            customerId?: string;
            documentId: string;
            lines: {
                lineId: string;
                sku: string;
                locationId: string;
                quantity: number;
            }[];
            /** @description Lines beyond the first 500, which are left out here: read the document. */
            linesOmitted?: number;
            reason: string;
        };
        OrderReturned: {
            orderId: string;
            clientId?: string;
            customerId?: string;
            documentId: string;
            lines: {
                lineId: string;
                sku: string;
                locationId: string;
                quantity: number;
            }[];
            /** @description Lines beyond the first 500, which are left out here: read the document. */
            linesOmitted?: number;
        };
        OrderDuplicate: {
            orderId: string;
            /** @description Who took the copy. */
            replica: string;
            /** @description Who took the order that stands. */
            stands?: string;
            clientId?: string;
        };
        OrderDuplicateCancelled: {
            orderId: string;
            clientId?: string;
            customerId?: string;
            documentId: string;
            lines: {
                lineId: string;
                sku: string;
                locationId: string;
                quantity: number;
            }[];
            /** @description Lines beyond the first 500, which are left out here: read the document. */
            linesOmitted?: number;
            reason: string;
        };
        StockLevelChanged: {
            sku: string;
            locationId: string;
            /** @description Goods that stand there. */
            onHand: number;
            /** @description Units that can be promised; below zero where more is owed than there is. */
            available: number;
            /** @description Sold or owed, and not yet gone. */
            committed: number;
        };
        StockLow: {
            sku: string;
            locationId: string;
            /** @description Goods that stand there. */
            onHand: number;
            /** @description Units that can be promised; below zero where more is owed than there is. */
            available: number;
            /** @description Sold or owed, and not yet gone. */
            committed: number;
            threshold: number;
        };
        StockShortage: {
            sku: string;
            locationId: string;
            /** @description Goods that stand there. */
            onHand: number;
            /** @description Units that can be promised; below zero where more is owed than there is. */
            available: number;
            /** @description Sold or owed, and not yet gone. */
            committed: number;
            short: number;
        };
        StockReceived: {
            documentId: string;
            lines: {
                sku: string;
                locationId: string;
                quantity: number;
            }[];
            /** @description Lines beyond the first 500, which are left out here: read the document. */
            linesOmitted?: number;
            cause: string;
            reason?: string;
        };
        StockLost: {
            documentId: string;
            lines: {
                sku: string;
                locationId: string;
                quantity: number;
            }[];
            /** @description Lines beyond the first 500, which are left out here: read the document. */
            linesOmitted?: number;
            cause: string;
            reason: string;
        };
        StockCounted: {
            documentId: string;
            reason: string;
            lines: {
                sku: string;
                locationId: string;
                found: number;
                /** @description Found less what the books said. */
                change: number;
            }[];
            /** @description Lines beyond the first 500, which are left out here: read the document. */
            linesOmitted?: number;
        };
        CartAbandoned: {
            cartId: string;
            /** @description The region that keeps it. */
            replica: string;
            customerId?: string;
            /**
             * Format: date-time
             * @description When somebody touched it last.
             */
            leftAt: string;
            lines: {
                sku: string;
                quantity: number;
                /** @description As of now; null where it is not for sale any more. */
                unitPrice: {
                    amountMinor: number;
                    currency: string;
                } | null;
            }[];
            total: {
                amountMinor: number;
                currency: string;
            } | null;
        };
        ReplicaOffline: {
            replica: string;
            /** Format: date-time */
            since: string;
        };
        ReplicaOnline: {
            replica: string;
        };
        ReplicaFenced: {
            replica: string;
            writer: string;
            reason: string;
            lastGoodSeq: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listProducts: {
        parameters: {
            query?: {
                /** @description How many to give at once. Usually 50. */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
                /** @description Discontinued products are left out unless asked for. Usually "active". */
                status?: "active" | "discontinued" | "all";
                /** @description Only those that carry this GTIN, on themselves or on a unit of sale. */
                barcode?: string;
            };
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    /** @description The next page, as rel="next". */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductPage"];
                };
            };
        };
    };
    createProduct: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewProduct"];
            };
        };
        responses: {
            /** @description It is there. */
            201: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    /** @description Where what was made can be read. */
                    location?: string;
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
        };
    };
    importProducts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description A result a line. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["ImportResult"];
                };
            };
        };
    };
    getProduct: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Stable name of an article: 1 to 64 visible characters. */
                sku: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The product. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
        };
    };
    replaceProduct: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag of the version that is changed. */
                "If-Match": string;
            };
            path: {
                /** @description Stable name of an article: 1 to 64 visible characters. */
                sku: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplacementProduct"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
        };
    };
    patchProduct: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag of the version that is changed. */
                "If-Match": string;
            };
            path: {
                /** @description Stable name of an article: 1 to 64 visible characters. */
                sku: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProductPatch"];
                "application/merge-patch+json": components["schemas"]["ProductPatch"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
        };
    };
    discontinueProduct: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Stable name of an article: 1 to 64 visible characters. */
                sku: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
        };
    };
    listLocations: {
        parameters: {
            query?: {
                /** @description How many to give at once. Usually 50. */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    /** @description The next page, as rel="next". */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LocationPage"];
                };
            };
        };
    };
    createLocation: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewLocation"];
            };
        };
        responses: {
            /** @description It is there. */
            201: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    /** @description Where what was made can be read. */
                    location?: string;
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Location"];
                };
            };
        };
    };
    getLocation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Lower-case letters, digits and dashes. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The location. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Location"];
                };
            };
        };
    };
    patchLocation: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag of the version that is changed. */
                "If-Match": string;
            };
            path: {
                /** @description Lower-case letters, digits and dashes. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LocationPatch"];
                "application/merge-patch+json": components["schemas"]["LocationPatch"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Location"];
                };
            };
        };
    };
    adjustInventory: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. Needed unless the body has an id. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAdjustment"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Adjustment"];
                };
            };
            /** @description Some keepers refused: see the results. */
            207: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Adjustment"];
                };
            };
        };
    };
    listInventory: {
        parameters: {
            query?: {
                /** @description How many to give at once. Usually 50. */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
                locationId?: string;
            };
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    /** @description The next page, as rel="next". */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StockPage"];
                };
            };
        };
    };
    getInventory: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                sku: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its stock. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stock"];
                };
            };
        };
    };
    setCounted: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. Needed unless the body has an id. */
                "Idempotency-Key"?: string;
            };
            path: {
                sku: string;
                locationId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCount"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Adjustment"];
                };
            };
        };
    };
    listMovements: {
        parameters: {
            query?: {
                /** @description How many to give at once. Usually 50. */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
                locationId?: string;
                type?: "received" | "sold" | "cancelled" | "shipped" | "returned" | "held" | "released" | "expired" | "counted" | "damaged" | "lost" | "corrected" | "moved";
                /** @description RFC 3339; included. */
                from?: string;
                /** @description RFC 3339; not included. */
                to?: string;
            };
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                sku: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    /** @description The next page, as rel="next". */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MovementPage"];
                };
            };
        };
    };
    explainInventory: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                sku: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Explanation"];
                };
            };
        };
    };
    listTransfers: {
        parameters: {
            query?: {
                /** @description How many to give at once. Usually 50. */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    /** @description The next page, as rel="next". */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TransferPage"];
                };
            };
        };
    };
    createTransfer: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. Needed unless the body has an id. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTransfer"];
            };
        };
        responses: {
            /** @description They are expected. */
            201: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    /** @description Where what was made can be read. */
                    location?: string;
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transfer"];
                };
            };
        };
    };
    getTransfer: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Made by whoever announced it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The transfer. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transfer"];
                };
            };
        };
    };
    receiveTransfer: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. Needed unless the body has an id. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Made by whoever announced it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewReceipt"];
            };
        };
        responses: {
            /** @description The goods are on hand; the transfer as it is now. */
            201: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transfer"];
                };
            };
        };
    };
    cancelTransfer: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Made by whoever announced it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transfer"];
                };
            };
        };
    };
    getThreshold: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sku: string;
                locationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The threshold. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Threshold"];
                };
            };
        };
    };
    putThreshold: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sku: string;
                locationId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewThreshold"];
            };
        };
        responses: {
            /** @description Set. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Threshold"];
                };
            };
        };
    };
    removeThreshold: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sku: string;
                locationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it was. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Threshold"];
                };
            };
        };
    };
    listOrders: {
        parameters: {
            query?: {
                /** @description How many to give at once. Usually 50. */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
                status?: "pending" | "confirmed" | "processing" | "shipped" | "delivered" | "cancelled" | "returned";
                client?: string;
                customer?: string;
                channel?: string;
                priority?: number;
                /** @description RFC 3339; included. */
                placedFrom?: string;
                /** @description RFC 3339; not included. */
                placedTo?: string;
            };
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    /** @description The next page, as rel="next". */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderPage"];
                };
            };
        };
    };
    createOrder: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOrder"];
            };
        };
        responses: {
            /** @description It is sold. */
            201: {
                headers: {
                    /** @description Where what was made can be read. */
                    location?: string;
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
        };
    };
    createOrders: {
        parameters: {
            query?: {
                /** @description Whether each order stands for itself. Usually "false". */
                partial?: "true" | "false";
            };
            header?: {
                /** @description `respond-async`: hear at once that it was taken on, and ask later. */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOrderBatch"];
            };
        };
        responses: {
            /** @description All are sold. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderBatch"];
                };
            };
            /** @description It will be placed: ask at the location. */
            202: {
                headers: {
                    /** @description Where what was made can be read. */
                    location?: string;
                    /** @description Which wish of the Prefer header was followed. */
                    "preference-applied"?: string;
                    /** @description Seconds after which to ask again. */
                    "retry-after"?: string;
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderBatchStatus"];
                };
            };
            /** @description Each for itself: see the results. */
            207: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderBatch"];
                };
            };
        };
    };
    getOrderBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The batch’s. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands. */
            200: {
                headers: {
                    /** @description Seconds after which to ask again. */
                    "retry-after"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderBatchStatus"];
                };
            };
        };
    };
    getOrder: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Made by whoever placed it: 1 to 128 printable characters; a UUIDv7 is a good choice. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The order. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
        };
    };
    cancelOrder: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Made by whoever placed it: 1 to 128 printable characters; a UUIDv7 is a good choice. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Cancellation"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
        };
    };
    createShipment: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. Needed unless the body has an id. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Made by whoever placed it: 1 to 128 printable characters; a UUIDv7 is a good choice. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NewShipment"];
            };
        };
        responses: {
            /** @description The goods have left. */
            201: {
                headers: {
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MovedGoods"];
                };
            };
            /** @description Some keepers refused: see the results. */
            207: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MovedGoods"];
                };
            };
        };
    };
    setOrderStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Made by whoever placed it: 1 to 128 printable characters; a UUIDv7 is a good choice. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StatusMove"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
        };
    };
    createReturn: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. Needed unless the body has an id. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Made by whoever placed it: 1 to 128 printable characters; a UUIDv7 is a good choice. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NewReturn"];
            };
        };
        responses: {
            /** @description The goods are back in stock. */
            201: {
                headers: {
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MovedGoods"];
                };
            };
            /** @description Some keepers refused: see the results. */
            207: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MovedGoods"];
                };
            };
        };
    };
    createHold: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. Needed unless the body has an id. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewHold"];
            };
        };
        responses: {
            /** @description They are held. */
            201: {
                headers: {
                    /** @description Where what was made can be read. */
                    location?: string;
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
        };
    };
    getHold: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Made by whoever opened it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The hold. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
        };
    };
    extendHold: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Made by whoever opened it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HoldExtension"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
        };
    };
    confirmHold: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Made by whoever opened it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["HoldConfirmation"];
            };
        };
        responses: {
            /** @description It is sold. */
            201: {
                headers: {
                    /** @description Where what was made can be read. */
                    location?: string;
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
        };
    };
    releaseHold: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Made by whoever opened it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has ended. */
            200: {
                headers: {
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
        };
    };
    createCustomer: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCustomer"];
            };
        };
        responses: {
            /** @description Registered. */
            201: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    /** @description Where what was made can be read. */
                    location?: string;
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
        };
    };
    getCustomer: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Opaque: no name, e-mail or number of a person. Made here where it is left out. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The customer. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
        };
    };
    patchCustomer: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag of the version that is changed. */
                "If-Match": string;
            };
            path: {
                /** @description Opaque: no name, e-mail or number of a person. Made here where it is left out. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CustomerPatch"];
                "application/merge-patch+json": components["schemas"]["CustomerPatch"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
        };
    };
    exportCustomer: {
        parameters: {
            query?: {
                /** @description How many to give at once. Usually 50. */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Opaque: no name, e-mail or number of a person. Made here where it is left out. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of orders, with the customer on each. */
            200: {
                headers: {
                    /** @description The next page, as rel="next". */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerExport"];
                };
            };
        };
    };
    eraseCustomer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Opaque: no name, e-mail or number of a person. Made here where it is left out. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is forgotten; asked again, since when. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasedCustomer"];
                };
            };
        };
    };
    createCart: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NewCart"];
            };
        };
        responses: {
            /** @description The cart and its tokens. */
            201: {
                headers: {
                    /** @description Where what was made can be read. */
                    location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeCart"];
                };
            };
        };
    };
    getCart: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Made here, or by whoever made the cart; a UUIDv7 is a good choice. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cart. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cart"];
                };
            };
        };
    };
    patchCart: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the version that is changed. */
                "If-Match"?: string;
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Made here, or by whoever made the cart; a UUIDv7 is a good choice. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CartPatch"];
                "application/merge-patch+json": components["schemas"]["CartPatch"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cart"];
                };
            };
        };
    };
    addCartLine: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. */
                "Idempotency-Key"?: string;
                /** @description The ETag of the version that is changed. */
                "If-Match"?: string;
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Made here, or by whoever made the cart; a UUIDv7 is a good choice. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCartLine"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cart"];
                };
            };
        };
    };
    setCartLine: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the version that is changed. */
                "If-Match"?: string;
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Made here, or by whoever made the cart; a UUIDv7 is a good choice. */
                id: string;
                sku: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CartQuantity"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cart"];
                };
            };
        };
    };
    removeCartLine: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the version that is changed. */
                "If-Match"?: string;
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Made here, or by whoever made the cart; a UUIDv7 is a good choice. */
                id: string;
                sku: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cart"];
                };
            };
        };
    };
    mergeCarts: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the version that is changed. */
                "If-Match"?: string;
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Made here, or by whoever made the cart; a UUIDv7 is a good choice. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CartMerge"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cart"];
                };
            };
        };
    };
    checkoutCart: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the version that is changed. */
                "If-Match"?: string;
            };
            path: {
                /** @description Made here, or by whoever made the cart; a UUIDv7 is a good choice. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CartCheckout"];
            };
        };
        responses: {
            /** @description It is ordered. */
            201: {
                headers: {
                    /** @description Where what was made can be read. */
                    location?: string;
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
        };
    };
    getCartOrder: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Made here, or by whoever made the cart; a UUIDv7 is a good choice. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The order. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description The last id that you have seen; 0 for all. Without it, what comes from now on. */
                after?: string;
                /** @description Seconds to wait for an event. Of a list only. Usually 0. */
                wait?: number;
                /** @description How many to give at once. Of a list only. Usually 100. */
                limit?: number;
                type?: ("order.settled" | "order.processing" | "order.shipped" | "order.delivered" | "order.completed" | "order.cancelled" | "order.returned" | "order.duplicate" | "order.duplicate_cancelled" | "stock.level_changed" | "stock.low" | "stock.shortage" | "stock.received" | "stock.lost" | "stock.counted" | "cart.abandoned" | "replica.offline" | "replica.online" | "replica.fenced") | ("order.settled" | "order.processing" | "order.shipped" | "order.delivered" | "order.completed" | "order.cancelled" | "order.returned" | "order.duplicate" | "order.duplicate_cancelled" | "stock.level_changed" | "stock.low" | "stock.shortage" | "stock.received" | "stock.lost" | "stock.counted" | "cart.abandoned" | "replica.offline" | "replica.online" | "replica.fenced")[];
                sku?: string | string[];
                location?: string | string[];
                order?: string | string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventList"];
                };
            };
        };
    };
    getShape: {
        parameters: {
            query: {
                /** @description products, prices, locations, levels, orders, order_lines, order_progress or replicas; for operators also a table of the database, with its schema. */
                table: string;
                /** @description -1 to start, then the electric-offset of the answer before. */
                offset: string;
                /** @description The electric-handle of the answer before. */
                handle?: string;
                /** @description Wait for a change where there is none. */
                live?: "true" | "false";
                /** @description With live: a stream of server-sent events. */
                live_sse?: "true" | "false";
                experimental_live_sse?: "true" | "false";
                cursor?: string;
                /** @description Which rows: comparisons, in, between, like, ilike, is null, is true, and, or, not, casts, and $1 for a parameter, which is given as params[1]. */
                where?: string;
                params?: string;
                /** @description Names with commas between; the key must be there. */
                columns?: string;
                /** @description Usually "default". */
                replica?: "default" | "full";
                /** @description Usually "full". */
                log?: "full" | "changes_only";
                /** @description Rows as they are now, beside what is followed: which, in the words of where. */
                subset__where?: string;
                /** @description The parameters of subset__where by number, as a JSON object. */
                subset__params?: string;
                /** @description Columns, each with asc or desc and nulls first or last. */
                subset__order_by?: string;
                /** @description So many rows at most; needs subset__order_by. */
                subset__limit?: string;
                /** @description Without the first so many; needs subset__order_by. */
                subset__offset?: string;
            };
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Rows and changes, oldest first; the headers say how to go on. With subset__ parameters an object with the rows, and the moment that they are of; with live_sse a stream of events, each of which has one message as its data. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShapeMessage"][] | {
                        metadata: Record<string, never>;
                        data: components["schemas"]["ShapeMessage"][];
                    };
                    "text/event-stream": string;
                };
            };
        };
    };
    readShapeSubset: {
        parameters: {
            query: {
                /** @description products, prices, locations, levels, orders, order_lines, order_progress or replicas; for operators also a table of the database, with its schema. */
                table: string;
                /** @description -1 to start, then the electric-offset of the answer before. */
                offset: string;
                /** @description The electric-handle of the answer before. */
                handle?: string;
                /** @description Wait for a change where there is none. */
                live?: "true" | "false";
                /** @description With live: a stream of server-sent events. */
                live_sse?: "true" | "false";
                experimental_live_sse?: "true" | "false";
                cursor?: string;
                /** @description Which rows: comparisons, in, between, like, ilike, is null, is true, and, or, not, casts, and $1 for a parameter, which is given as params[1]. */
                where?: string;
                params?: string;
                /** @description Names with commas between; the key must be there. */
                columns?: string;
                /** @description Usually "default". */
                replica?: "default" | "full";
                /** @description Usually "full". */
                log?: "full" | "changes_only";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    where?: string;
                    params?: string | {
                        [key: string]: string | number | boolean | null;
                    };
                    order_by?: string;
                    limit?: number | string;
                    offset?: number | string;
                    subset?: {
                        where?: string;
                        params?: string | {
                            [key: string]: string | number | boolean | null;
                        };
                        order_by?: string;
                        limit?: number | string;
                        offset?: number | string;
                    };
                };
            };
        };
        responses: {
            /** @description The rows, and the moment that they are of. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        metadata: Record<string, never>;
                        data: components["schemas"]["ShapeMessage"][];
                    };
                };
            };
        };
    };
    listWebhooks: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them: there are 500 at most. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookList"];
                };
            };
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. Needed unless the body has an id. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhook"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Where what was made can be read. */
                    location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The endpoint. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    removeWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RemovedWebhook"];
                };
            };
        };
    };
    patchWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/merge-patch+json": components["schemas"]["WebhookPatch"];
                "application/json": components["schemas"]["WebhookPatch"];
            };
        };
        responses: {
            /** @description Changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The new secret. */
            200: {
                headers: {
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it went. */
            200: {
                headers: {
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookAttempt"];
                };
            };
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                /** @description How many to give at once. Usually 50. */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
                state?: "delivered" | "retrying" | "failed";
            };
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, newest first. */
            200: {
                headers: {
                    /** @description The next page, as rel="next". */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeliveryPage"];
                };
            };
        };
    };
    redeliver: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
                eventId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it went. */
            200: {
                headers: {
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookAttempt"];
                };
            };
        };
    };
    listReplicas: {
        parameters: {
            query?: {
                /** @description How many to give at once. Usually 50. */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    /** @description The next page, as rel="next". */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplicaPage"];
                };
            };
        };
    };
    addReplica: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewReplica"];
            };
        };
        responses: {
            /** @description It is expected. */
            201: {
                headers: {
                    /** @description Where what was made can be read. */
                    location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Enrolment"];
                };
            };
        };
    };
    getReplica: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Lower-case letters, digits and dashes. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The replica. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplicaDetails"];
                };
            };
        };
    };
    readFleet: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tree as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fleet"];
                };
            };
        };
    };
    readFleetHistory: {
        parameters: {
            query?: {
                /** @description How far back, at most a day. Usually 60. */
                minutes?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The points. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FleetHistory"];
                };
            };
        };
    };
    listReplicaRights: {
        parameters: {
            query?: {
                /** @description How many to give at once. Usually 50. */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Lower-case letters, digits and dashes. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    /** @description The next page, as rel="next". */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplicaRightsPage"];
                };
            };
        };
    };
    retireReplica: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. Needed unless the body has an id. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Lower-case letters, digits and dashes. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NewRetirement"];
            };
        };
        responses: {
            /** @description It is shut out. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Retirement"];
                };
            };
        };
    };
    listClients: {
        parameters: {
            query?: {
                /** @description How many to give at once. Usually 50. */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    /** @description The next page, as rel="next". */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientPage"];
                };
            };
        };
    };
    createClient: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name of your own for this request: a repeat under the same name gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewClient"];
            };
        };
        responses: {
            /** @description It is there. */
            201: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    /** @description Where what was made can be read. */
                    location?: string;
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Client"];
                };
            };
        };
    };
    getClient: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The client. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Client"];
                };
            };
        };
    };
    patchClient: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag of the version that is changed. */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClientPatch"];
                "application/merge-patch+json": components["schemas"]["ClientPatch"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Client"];
                };
            };
        };
    };
    listCredentials: {
        parameters: {
            query?: {
                /** @description How many to give at once. Usually 50. */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    /** @description The next page, as rel="next". */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialPage"];
                };
            };
        };
    };
    createCredential: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCredential"];
            };
        };
        responses: {
            /** @description It is there. */
            201: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    /** @description Where what was made can be read. */
                    location?: string;
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialWithSecret"];
                };
            };
        };
    };
    getCredential: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The credential. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Credential"];
                };
            };
        };
    };
    revokeCredential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Credential"];
                };
            };
        };
    };
    patchCredential: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag of the version that is changed. */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CredentialPatch"];
                "application/merge-patch+json": components["schemas"]["CredentialPatch"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Credential"];
                };
            };
        };
    };
    rotateCredential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Rotation"];
            };
        };
        responses: {
            /** @description With its new secret. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialWithSecret"];
                };
            };
        };
    };
    listCashiers: {
        parameters: {
            query?: {
                /** @description How many to give at once. Usually 50. */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    /** @description The next page, as rel="next". */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CashierPage"];
                };
            };
        };
    };
    createCashier: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCashier"];
            };
        };
        responses: {
            /** @description They may sign in. */
            201: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    /** @description Where what was made can be read. */
                    location?: string;
                    /** @description `true` where this is the first answer to the same request, again. */
                    "idempotent-replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CashierWithPin"];
                };
            };
        };
    };
    getCashier: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that you have: unchanged is 304. */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cashier. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cashier"];
                };
            };
        };
    };
    removeCashier: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Taken out. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RemovedCashier"];
                };
            };
        };
    };
    patchCashier: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag of the version that is changed. */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CashierPatch"];
                "application/merge-patch+json": components["schemas"]["CashierPatch"];
            };
        };
        responses: {
            /** @description As they are now. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cashier"];
                };
            };
        };
    };
    changePin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NewPin"];
            };
        };
        responses: {
            /** @description With their new PIN. */
            200: {
                headers: {
                    /** @description The version of what is shown: send it as If-None-Match or If-Match. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CashierWithPin"];
                };
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description How many to give at once. Usually 50. */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
                kind?: string;
                /** @description Of the thing that changed. */
                id?: string;
                actor?: string;
                /** @description Newest first, or oldest first. Usually "desc". */
                order?: "asc" | "desc";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    /** @description The next page, as rel="next". */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
        };
    };
    verifyAudit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditReport"];
                };
            };
        };
    };
    listShortages: {
        parameters: {
            query?: {
                /** @description How many to give at once. Usually 50. */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    /** @description The next page, as rel="next". */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShortagePage"];
                };
            };
        };
    };
    listQuarantine: {
        parameters: {
            query?: {
                /** @description How many to give at once. Usually 50. */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    /** @description The next page, as rel="next". */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuarantinePage"];
                };
            };
        };
    };
    "on-order.settled": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "order.settled";
                    data?: components["schemas"]["OrderSettled"];
                };
            };
        };
        responses: never;
    };
    "on-order.processing": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "order.processing";
                    data?: components["schemas"]["OrderProcessing"];
                };
            };
        };
        responses: never;
    };
    "on-order.shipped": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "order.shipped";
                    data?: components["schemas"]["OrderShipped"];
                };
            };
        };
        responses: never;
    };
    "on-order.delivered": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "order.delivered";
                    data?: components["schemas"]["OrderDelivered"];
                };
            };
        };
        responses: never;
    };
    "on-order.completed": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "order.completed";
                    data?: components["schemas"]["OrderCompleted"];
                };
            };
        };
        responses: never;
    };
    "on-order.cancelled": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "order.cancelled";
                    data?: components["schemas"]["OrderCancelled"];
                };
            };
        };
        responses: never;
    };
    "on-order.returned": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "order.returned";
                    data?: components["schemas"]["OrderReturned"];
                };
            };
        };
        responses: never;
    };
    "on-order.duplicate": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "order.duplicate";
                    data?: components["schemas"]["OrderDuplicate"];
                };
            };
        };
        responses: never;
    };
    "on-order.duplicate_cancelled": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "order.duplicate_cancelled";
                    data?: components["schemas"]["OrderDuplicateCancelled"];
                };
            };
        };
        responses: never;
    };
    "on-stock.level_changed": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "stock.level_changed";
                    data?: components["schemas"]["StockLevelChanged"];
                };
            };
        };
        responses: never;
    };
    "on-stock.low": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "stock.low";
                    data?: components["schemas"]["StockLow"];
                };
            };
        };
        responses: never;
    };
    "on-stock.shortage": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "stock.shortage";
                    data?: components["schemas"]["StockShortage"];
                };
            };
        };
        responses: never;
    };
    "on-stock.received": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "stock.received";
                    data?: components["schemas"]["StockReceived"];
                };
            };
        };
        responses: never;
    };
    "on-stock.lost": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "stock.lost";
                    data?: components["schemas"]["StockLost"];
                };
            };
        };
        responses: never;
    };
    "on-stock.counted": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "stock.counted";
                    data?: components["schemas"]["StockCounted"];
                };
            };
        };
        responses: never;
    };
    "on-cart.abandoned": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "cart.abandoned";
                    data?: components["schemas"]["CartAbandoned"];
                };
            };
        };
        responses: never;
    };
    "on-replica.offline": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "replica.offline";
                    data?: components["schemas"]["ReplicaOffline"];
                };
            };
        };
        responses: never;
    };
    "on-replica.online": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "replica.online";
                    data?: components["schemas"]["ReplicaOnline"];
                };
            };
        };
        responses: never;
    };
    "on-replica.fenced": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Event"] & {
                    /** @constant */
                    type?: "replica.fenced";
                    data?: components["schemas"]["ReplicaFenced"];
                };
            };
        };
        responses: never;
    };
    "on-webhook.test": {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event; the same with each attempt. */
                "webhook-id": string;
                /** @description Seconds since 1970 of this attempt. */
                "webhook-timestamp": string;
                /** @description `v1,` and an HMAC-SHA256 over id, timestamp and body; one for each secret, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TestEvent"];
            };
        };
        responses: never;
    };
}

/** POSTs whose answer shows a secret once, and that make another one when they are asked again. */
export const GIVES_SECRET: readonly string[] = [
    "/v1/replicas",
    "/v1/credentials",
    "/v1/credentials/{id}/rotate",
    "/v1/cashiers",
    "/v1/cashiers/{id}/pin",
];
