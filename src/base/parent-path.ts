/** The folder that holds the file or folder of a path with "/" as its separator; "." for a bare name, "/" for what stands in the root. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "." : slash === 0 ? "/" : path.slice(0, slash);
}
