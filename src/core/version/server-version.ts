/** The versions this program speaks (etcd api/version/version.go). */
import { minorVersion, parseVersion, type Version, version } from "../../base/semver.ts";

/** The etcd version whose behaviour, files and protocols this program keeps, as peers and clients see it. */
export const SERVER_VERSION_TEXT = "3.7.1";
export const SERVER_VERSION: Version = parseVersion(SERVER_VERSION_TEXT)!;
/** What `/version` and expvar call the API version. */
export const API_VERSION_TEXT: string = `${SERVER_VERSION.major}.${SERVER_VERSION.minor}`;
/** What a cluster version and a storage version of this program are. */
export const SERVER_MINOR_VERSION: Version = minorVersion(SERVER_VERSION);
/** The cluster version that a new cluster starts from, and the lowest that this program joins. */
export const MIN_CLUSTER_VERSION_TEXT = "3.0.0";
export const MIN_CLUSTER_VERSION: Version = parseVersion(MIN_CLUSTER_VERSION_TEXT)!;

export const V3_5: Version = version(3, 5);
export const V3_6: Version = version(3, 6);
export const V3_7: Version = version(3, 7);
