using System.Text.Json;

namespace KubeWol.Torture.Journals;

/// <summary>One version of one object as etcd has it.</summary>
/// <param name="Revision">The store's revision: orders everything that ever happened in the cluster.</param>
/// <param name="Resource">Such as <c>wakerequests</c>.</param>
/// <param name="Namespace">The object's namespace.</param>
/// <param name="Name">The object's name.</param>
/// <param name="Object">The object; null where it was deleted.</param>
internal sealed record StoredVersion(long Revision, string Resource, string Namespace, string Name, JsonElement? Object);
