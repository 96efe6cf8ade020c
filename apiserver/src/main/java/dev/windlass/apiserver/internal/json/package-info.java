/** JSON trees and bytes: parsing, YAML, paths, and the split form in which objects are stored. */
@NullMarked
package dev.windlass.apiserver.internal.json;

import org.jspecify.annotations.NullMarked;
