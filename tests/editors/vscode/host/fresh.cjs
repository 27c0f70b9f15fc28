// A server that sees each text as the first one: what it says does not hang on any edit.
const { spawn } = require('node:child_process');

exports.FreshServer = class {
  /** Start one by its command, with initialization options. */
  static async start([program, ...words], options) {
    const self = new this();
    self.process = spawn(program, [...words, 'server'], { stdio: ['pipe', 'pipe', 'ignore'] });
    self.waiting = new Map();
    self.last = 0;
    self.#listen();
    const capabilities = { general: { positionEncodings: ['utf-16'] }, textDocument: { diagnostic: {} } };
    const initializationOptions = { ...options, pullDiagnostics: true };
    await self.#ask('initialize', { processId: process.pid, rootUri: null, capabilities, initializationOptions });
    self.#send({ method: 'initialized', params: {} });
    return self;
  }

  /** All diagnostics of a text. */
  async diagnose(text) {
    const uri = `untitled:text-${this.last}.jsonl`;
    this.#send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'jsonl', version: 1, text } } });
    const { items } = await this.#ask('textDocument/diagnostic', { textDocument: { uri } });
    this.#send({ method: 'textDocument/didClose', params: { textDocument: { uri } } });
    return items;
  }

  stop() {
    this.process.stdin.end();
    this.process.kill();
  }

  #ask(method, params) {
    const id = ++this.last;
    this.#send({ id, method, params });
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  #send(message) {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #listen() {
    let bytes = Buffer.alloc(0);
    this.process.stdout.on('data', chunk => {
      bytes = Buffer.concat([bytes, chunk]);
      for (;;) {
        const head = bytes.indexOf('\r\n\r\n');
        const size = head < 0 ? NaN : Number(/Content-Length: (\d+)/i.exec(bytes.subarray(0, head))[1]);
        if (!(bytes.length >= head + 4 + size)) return;
        this.#take(JSON.parse(bytes.subarray(head + 4, head + 4 + size)));
        bytes = bytes.subarray(head + 4 + size);
      }
    });
    this.process.on('exit', () => this.waiting.forEach(({ reject }) => reject(new Error('the fresh server has ended'))));
  }

  #take({ id, method, result, error }) {
    if (method !== undefined) return id !== undefined && this.#send({ id, result: null });
    const { resolve, reject } = this.waiting.get(id);
    this.waiting.delete(id);
    if (error) reject(new Error(error.message));
    else resolve(result);
  }
};
