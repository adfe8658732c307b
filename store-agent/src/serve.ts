/** Serving: an agent with its HTTP door and its link door, from start to orderly stop. */
import type { FastifyInstance } from 'fastify';
import { Agent } from './agent.ts';
import type { AgentConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import type { OpenJournal } from './disk.ts';
import { createApp, openLinkDoor } from './http/app.ts';
import { lookRoutes } from './http/look-routes.ts';
import { shopRoutes } from './http/shop-routes.ts';
import { DoorTls } from './tls/door-tls.ts';

export interface Served {
  readonly agent: Agent;
  readonly url: string;
  stop(): Promise<void>;
}

/** Opens the doors of an agent. `moreRoutes` adds what a region has beyond a shop. */
export async function serveAgent(
  config: AgentConfig,
  routes: (app: FastifyInstance, agent: Agent) => void = shopRoutes,
  openJournal?: OpenJournal,
): Promise<Served> {
  const agent = Agent.open(config, openJournal);
  let app: FastifyInstance;
  try {
    const { tls: files, patience, cors, proxies } = config.settings;
    const tls = files && new DoorTls(config.dataDir, files);
    app = createApp(agent.log, { patience, tls, origins: cors.origins, proxies });
    routes(app, agent);
    lookRoutes(app, agent);
    openLinkDoor(app, agent.host, tls);
    await listen(app, config.host, config.port);
  } catch (error) {
    await agent.stop();
    throw error;
  }
  agent.start();
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  return {
    agent,
    url: `${config.settings.tls === undefined ? 'http' : 'https'}://${config.host}:${port}`,
    stop: async () => {
      await app.close();
      await agent.stop();
    },
  };
}

/**
 * Several agents in this program, each as whole as if it were alone: journal, link and doors of its own.
 * Parents come first, so that children find them, and are stopped last.
 */
export async function serveAgents(
  configs: readonly AgentConfig[],
  routes: (app: FastifyInstance, agent: Agent) => void,
): Promise<{ readonly agents: readonly Served[]; stop(): Promise<void> }> {
  const agents: Served[] = [];
  const stop = async () => {
    for (const served of agents.toReversed()) await served.stop();
  };
  try {
    for (const config of configs) agents.push(await serveAgent(config, routes));
  } catch (error) {
    await stop();
    throw error;
  }
  return { agents, stop };
}

/** A crowd that connects at once is not left to TCP, which tries again after a second, and after three. */
const BACKLOG = 4_096;

/** @throws ConfigError for a port that is taken or not allowed. */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port, backlog: BACKLOG });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new ConfigError(
        `Port ${port} on ${host} is taken. Stop what uses it, or choose another with --port.`,
      );
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
      throw new ConfigError(`${host}:${port} cannot be used (${code}). Choose another address or port.`);
    }
    throw error;
  }
}
