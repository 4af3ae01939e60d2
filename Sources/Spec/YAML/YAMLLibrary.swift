import CYAML

/// The version of libyaml that is there now.
package var yamlLibraryVersion: String? {
  unsafe yaml_get_version_string().map { unsafe String(cString: $0) }
}
