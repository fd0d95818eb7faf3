"""A graph convolutional network on a planted partition, labelled at a few nodes, with the recipe of the GCN paper."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

COMMUNITIES = 4
NODES = 400
FEATURES = 32
HIDDEN = 16
LABELLED = 10  # nodes of each community whose label is known
EPOCHS = 100


class GCN(nn.Module):
    """Two graph convolutions (Kipf and Welling, arXiv 1609.02907)."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(FEATURES, HIDDEN)
        self.second = nn.Linear(HIDDEN, COMMUNITIES)

    def forward(self, x: Tensor, adjacency: Tensor) -> Tensor:
        x = F.relu(self.first(adjacency @ F.dropout(x, 0.5, self.training)))
        return self.second(adjacency @ F.dropout(x, 0.5, self.training))


def partition() -> tuple[Tensor, Tensor, Tensor]:
    """Features, the normalised adjacency matrix with self-loops, and the community of each node."""
    labels = torch.arange(NODES) % COMMUNITIES
    same = labels.unsqueeze(0) == labels.unsqueeze(1)
    edges = torch.bernoulli(torch.where(same, 0.05, 0.005)).triu(1)
    adjacency = edges + edges.T + torch.eye(NODES)
    scale = adjacency.sum(1).rsqrt()
    centres = torch.randn(COMMUNITIES, FEATURES)
    features = 0.5 * centres[labels] + torch.randn(NODES, FEATURES)
    return features, scale.unsqueeze(1) * adjacency * scale, labels


def train() -> list[float]:
    """The loss of every epoch on the labelled nodes."""
    torch.manual_seed(0)
    features, adjacency, labels = partition()
    known = torch.arange(NODES) < LABELLED * COMMUNITIES
    model = GCN()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
    losses = []
    for epoch in range(EPOCHS):
        model.train()
        loss = F.cross_entropy(model(features, adjacency)[known], labels[known])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if epoch % 20 == 0 or epoch == EPOCHS - 1:
            model.eval()
            with torch.no_grad():
                right = model(features, adjacency).argmax(1) == labels
            print(f"epoch {epoch:3d}  loss {loss:.3f}  accuracy {right[~known].float().mean():.3f}")
    return losses


if __name__ == "__main__":
    train()
