/** What can be done with locations: places where goods stand. */
import { z } from 'zod';
import { shared } from '../../access/scopes.ts';
import { CATALOGUE_CACHE, MADE_HEADERS, MERGE_PATCH } from '../catalogue-operation.ts';
import { type Operation, operation } from '../operation.ts';
import { pageOf, pageQuery } from '../page.ts';
import { locationIdSchema, locationPatch, locationSchema, newLocation } from './schema.ts';

const tag = 'Locations';
const params = z.strictObject({ id: locationIdSchema });

export const createLocation = operation({
  id: 'createLocation',
  access: shared('locations:write'),
  method: 'POST',
  path: '/v1/locations',
  tag,
  summary: 'Add a location',
  description: 'Its id, kind, keeper and currency stay: stock and sales are written down with them.',
  body: newLocation,
  idempotency: 'accepted',
  cacheControl: 'no-store',
  needs: 'authority',
  routeClass: 'write',
  answers: {
    201: {
      description: 'It is there.',
      body: locationSchema,
      headers: MADE_HEADERS,
    },
  },
  problems: ['already_exists', 'authority_unreachable'],
  examples: {
    hamburg: {
      summary: 'A shop',
      body: {
        id: 'hamburg',
        name: 'Hamburg, Lange Reihe',
        kind: 'store',
        keeper: 'hamburg',
        timeZone: 'Europe/Berlin',
        currency: 'EUR',
      },
      status: 201,
      answer: { id: 'hamburg' },
    },
  },
});

export const listLocations = operation({
  id: 'listLocations',
  access: shared('locations:read'),
  method: 'GET',
  path: '/v1/locations',
  tag,
  summary: 'List locations by id',
  query: z.strictObject(pageQuery),
  etag: true,
  cacheControl: CATALOGUE_CACHE,
  needs: 'nobody',
  routeClass: 'read',
  answers: {
    200: {
      description: 'A page.',
      body: pageOf(locationSchema).meta({ id: 'LocationPage' }),
      headers: ['link'],
    },
  },
  problems: [],
  examples: { all: { summary: 'The first fifty', status: 200 } },
});

export const getLocation = operation({
  id: 'getLocation',
  access: shared('locations:read'),
  method: 'GET',
  path: '/v1/locations/{id}',
  tag,
  summary: 'Read a location',
  params,
  etag: true,
  cacheControl: CATALOGUE_CACHE,
  needs: 'nobody',
  routeClass: 'read',
  answers: { 200: { description: 'The location.', body: locationSchema, headers: ['etag'] } },
  problems: ['unknown_location'],
  examples: {
    hamburg: { summary: 'The shop', params: { id: 'hamburg' }, status: 200, answer: { id: 'hamburg' } },
    nowhere: { summary: 'A place that is not there', params: { id: 'nowhere' }, status: 404 },
  },
});

export const patchLocation = operation({
  ...MERGE_PATCH,
  id: 'patchLocation',
  access: shared('locations:write'),
  path: '/v1/locations/{id}',
  tag,
  summary: 'Change parts of a location',
  params,
  body: locationPatch,
  cacheControl: 'no-store',
  needs: 'authority',
  routeClass: 'write',
  answers: { 200: { description: 'As it is now.', body: locationSchema, headers: ['etag'] } },
  problems: ['unknown_location', 'authority_unreachable'],
  examples: {
    unnamed: {
      summary: 'Without saying which version was read',
      params: { id: 'hamburg' },
      body: { name: 'Hamburg' },
      status: 428,
    },
  },
});

/** In the order in which a newcomer would use them. */
export const LOCATION_OPERATIONS: readonly Operation[] = [
  createLocation,
  listLocations,
  getLocation,
  patchLocation,
];
