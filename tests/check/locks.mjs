// SPDX-License-Identifier: Apache-2.0

/// Lock files pin versions and hashes but name no registry: whoever installs chooses their own.

export const locks = (tree) =>
  tree.paths
    .filter((path) => /(^|\/)package-lock\.json$/.test(path))
    .flatMap((path) => {
      const packages = JSON.parse(tree.text(path)).packages ?? {};
      return Object.entries(packages).flatMap(([name, entry]) => {
        const wrong = [];
        if (/^[a-z+]+:\/\//.test(entry.resolved ?? '')) wrong.push(`${path}: ${name} names a registry`);
        if (name.includes('node_modules/') && !entry.link && !entry.integrity) wrong.push(`${path}: ${name} has no integrity hash`);
        return wrong;
      });
    });
